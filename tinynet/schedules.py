"""Learning rates that change over the run: functions of the number of steps taken so far."""

import math


class CosineDecay:
    """Up a straight line to the peak, then down half a cosine to zero.

    rate(t) = peak * t / warmup_steps                               while t < warmup_steps
    rate(t) = peak * (1 + cos(pi * (t - warmup_steps) / decay_steps)) / 2      afterwards
    and 0 from t = warmup_steps + decay_steps on. Large steps while there is far to go, small
    ones to settle. Raises ValueError for a peak or decay_steps that is not positive.
    Source: keras.optimizers.schedules.CosineDecay(0.0, decay_steps, warmup_target=peak, ...);
    Loshchilov and Hutter (2017) without restarts.
    """

    def __init__(self, peak: float, decay_steps: int, warmup_steps: int = 0) -> None:
        if not 0 < peak < math.inf:
            raise ValueError(f"peak must be positive. Received: peak={peak!r}")
        if decay_steps < 1 or warmup_steps < 0:
            raise ValueError(
                "decay_steps must be at least 1 and warmup_steps at least 0. "
                f"Received: decay_steps={decay_steps!r}, warmup_steps={warmup_steps!r}"
            )
        self.peak = peak
        self.decay_steps = decay_steps
        self.warmup_steps = warmup_steps

    def __call__(self, step: int) -> float:
        if step < self.warmup_steps:
            return self.peak * step / self.warmup_steps
        fraction = min((step - self.warmup_steps) / self.decay_steps, 1.0)
        return self.peak * (1 + math.cos(math.pi * fraction)) / 2

    def __repr__(self) -> str:
        return (
            f"CosineDecay({self.peak}, decay_steps={self.decay_steps}, "
            f"warmup_steps={self.warmup_steps})"
        )

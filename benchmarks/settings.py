"""How much is measured, the same for all three."""

from dataclasses import dataclass

BATCH_SIZE = 128
SEED = 0
TRAINING_IMAGES = 60_000
EPOCH_STEPS = TRAINING_IMAGES / BATCH_SIZE


@dataclass(frozen=True)
class Size:
    """Training steps, untimed and timed; images of an evaluation, evaluations; single images.

    `minutes` is for how long the page is used while its memory is watched.
    """

    warm_up: int = 16
    steps: int = 96
    images: int = 10_000
    evaluations: int = 5
    calls: int = 50
    minutes: float = 3


QUICK = Size(warm_up=1, steps=2, images=200, evaluations=1, calls=2, minutes=0)

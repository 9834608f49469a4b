"""What can be chosen about a training run."""

import math
from dataclasses import dataclass, field

from mnist_app.training.networks import DEFAULT_NETWORK, NETWORKS
from tinynet.workers import default_workers


@dataclass(frozen=True)
class Options:
    """What decides the resulting weights bit by bit, beside the images themselves.

    Raises ValueError for values out of range, TypeError for values of another type.
    """

    model: str = DEFAULT_NETWORK
    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 0.001
    validation_split: float = 0.1
    seed: int = 0
    workers: int = field(default_factory=default_workers)
    augment: bool = False
    styles: bool = False
    start: str | None = None
    data: str | None = None

    def __post_init__(self) -> None:
        if self.model not in NETWORKS:
            raise ValueError(f"unknown network {self.model!r}; known are {', '.join(NETWORKS)}")
        for name in ("epochs", "batch_size", "seed", "workers"):
            value, least = getattr(self, name), 0 if name == "seed" else 1
            if type(value) is not int or value < least:
                raise ValueError(f"{name} must be an integer of at least {least}, not {value!r}")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be positive, not {self.learning_rate!r}")
        if not 0 <= self.validation_split < 1:
            raise ValueError(f"validation_split must lie in [0, 1), not {self.validation_split!r}")
        for name in ("augment", "styles"):
            if type(value := getattr(self, name)) is not bool:
                raise ValueError(f"{name} must be true or false, not {value!r}")
        for name in ("start", "data"):
            if not isinstance(value := getattr(self, name), str | None):
                raise TypeError(f"{name} must be a path, not {value!r}")

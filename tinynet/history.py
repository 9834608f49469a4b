"""What a training leaves behind, and tells on the way."""

from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Epoch:
    """What one epoch measured; the training means are taken while the weights still move."""

    epoch: int
    loss: float
    accuracy: float
    val_loss: float | None = None
    val_accuracy: float | None = None
    seconds: float = 0.0


@dataclass
class History:
    """The epochs so far."""

    epochs: list[Epoch] = field(default_factory=list)

    def best(self) -> Epoch:
        """The epoch with the highest validation accuracy (or training accuracy without one).

        Of several, the one with the lowest loss; of those, the first. Raises ValueError before
        the first epoch.
        """

        def merit(epoch: Epoch) -> tuple[float, float]:
            if epoch.val_accuracy is None or epoch.val_loss is None:
                return epoch.accuracy, -epoch.loss
            return epoch.val_accuracy, -epoch.val_loss

        return max(self.epochs, key=merit)

    def rows(self) -> list[dict[str, float | None]]:
        """One dictionary an epoch, ready for a CSV or JSON file."""
        return [asdict(epoch) for epoch in self.epochs]


@dataclass(frozen=True)
class Progress:
    """Where a running epoch stands: examples done, and their mean loss and accuracy."""

    epoch: int
    done: int
    total: int
    loss: float
    accuracy: float

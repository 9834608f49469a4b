"""How a training went: loss and accuracy over the epochs."""

from typing import TYPE_CHECKING

from mnist_app.figures.look import BLUE, FAINT, ORANGE
from tinynet import History

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WHY_WORSE = (
    "Training is measured during the epoch, while the network still learns, on images that may be "
    "distorted;\nvalidation after it, on other images as they are. So training can look worse."
)


def draw_curves(figure: "Figure", history: History) -> None:
    """Loss and accuracy in %, of training and, if measured, validation; the best epoch marked."""
    from matplotlib.ticker import MaxNLocator

    epochs = [epoch.epoch for epoch in history.epochs]
    best = history.best().epoch
    measured = history.epochs[0].val_loss is not None
    figure.set_size_inches(9, 4)
    figure.suptitle(f"Loss and accuracy after each epoch; epoch {best} is the best", size=11)
    if measured:
        figure.supxlabel(WHY_WORSE, size=8, color=FAINT)
    loss, accuracy = figure.subplots(1, 2)
    for axes, measure, name, scale in (
        (loss, "loss", "loss", 1),
        (accuracy, "accuracy", "accuracy in %", 100),
    ):
        for prefix, label, colour in (("", "training", BLUE), ("val_", "validation", ORANGE)):
            values = [getattr(epoch, prefix + measure) for epoch in history.epochs]
            if None not in values:
                points = [scale * value for value in values]
                axes.plot(epochs, points, "o-", ms=4, lw=1.6, color=colour, label=label)
        axes.axvline(best, color=FAINT, lw=1, ls=":", zorder=0, label="best epoch")
        axes.set(xlabel="epoch", ylabel=name, xlim=(min(epochs) - 0.5, max(epochs) + 0.5))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.grid(axis="y")
    loss.set_ylim(bottom=0)
    loss.legend()

"""All pictures of a training run."""

import numpy as np

from mnist_app.figures.confusion import draw_confusion
from mnist_app.figures.curves import draw_curves
from mnist_app.figures.digit import save_digit
from mnist_app.figures.grids import draw_mistakes, draw_predictions
from mnist_app.figures.look import save_figure
from mnist_app.figures.variations import draw_variations
from mnist_app.training.augmentation import variations
from mnist_app.training.evaluation import Evaluation
from mnist_app.training.folder import (
    AUGMENTATION,
    CONFUSION,
    CURVES,
    DIGIT,
    MISTAKES,
    PREDICTIONS,
)
from mnist_app.training.run import TrainingRun


def save_run_figures(run: TrainingRun, evaluation: Evaluation) -> None:
    """Draw the pictures of a finished run into its folder.

    The evaluation is the one that `run.finish` returned. Each file is written whole or not at
    all. Raises OSError if one cannot be written.
    """
    folder, (images, _) = run.folder, run.test
    save_figure(folder / CURVES, draw_curves, run.history)
    save_figure(folder / CONFUSION, draw_confusion, evaluation)
    save_figure(folder / PREDICTIONS, draw_predictions, images, evaluation)
    save_figure(folder / MISTAKES, draw_mistakes, images, evaluation)
    save_digit(images[0], folder / DIGIT)
    if run.options.augment:
        rng = np.random.default_rng(run.options.seed)
        examples = variations(run.training[0][:8], 9, rng)
        save_figure(folder / AUGMENTATION, draw_variations, examples)

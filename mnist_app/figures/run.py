"""The pictures of a finished training run."""

import numpy as np

from mnist_app.figures import plots
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
    """Draw the run's history, its test results, a digit to try and the augmentation."""
    images, _ = run.test
    plots.save_curves(run.history, run.folder / CURVES)
    plots.save_confusion_matrix(evaluation, run.folder / CONFUSION)
    plots.save_predictions(images, evaluation, run.folder / PREDICTIONS)
    plots.save_mistakes(images, evaluation, run.folder / MISTAKES)
    plots.save_digit(images[0], run.folder / DIGIT)
    if run.options.augment:
        rng = np.random.default_rng(run.options.seed)
        variants = variations(run.training[0][:8], 9, rng)
        plots.save_variations(variants, run.folder / AUGMENTATION)

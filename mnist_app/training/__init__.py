"""Networks, augmentation, a training run and its folder, evaluation."""

"""Data sets: IDX files, splits, and MNIST itself."""

"""tinynet, Keras and PyTorch side by side: `python -m benchmarks`; see README.md."""

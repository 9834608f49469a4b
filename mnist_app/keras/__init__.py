"""The Keras baseline, `.keras` files, and the comparison with Keras."""

"""From a picture file to the 28x28 that a network reads, one stage a module."""

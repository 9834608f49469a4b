"""Train, evaluate, explain and use a network that reads handwritten digits."""

from tinynet import __version__ as __version__

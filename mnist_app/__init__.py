"""Train, evaluate, explain and use a network that reads handwritten digits."""

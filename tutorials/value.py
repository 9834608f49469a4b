"""The `Value` of notebook 02, for the notebooks after it.

The class is the one that the notebook builds up (a test compares the two texts), on the
solutions of its exercises.
"""

import math

from tutorials.checks import SOLUTIONS, find_answer

product = find_answer("02.product", SOLUTIONS)
quotient = find_answer("02.quotient", SOLUTIONS)
pass_back = find_answer("02.pass_back", SOLUTIONS)
topological_order = find_answer("02.topological_order", SOLUTIONS)


class Value:
    """A number that remembers what it was computed from, and with which slopes."""

    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = float(value), inputs, slopes
        self.grad = 0.0

    def __add__(self, other):
        return Value(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        value, slopes = product(self.value, other.value)
        return Value(value, (self, other), slopes)

    def __truediv__(self, other):
        value, slopes = quotient(self.value, other.value)
        return Value(value, (self, other), slopes)

    def __neg__(self):
        return Value(-self.value, (self,), (-1.0,))

    def exp(self):
        e = math.exp(self.value)
        return Value(e, (self,), (e,))

    def log(self):
        return Value(math.log(self.value), (self,), (1 / self.value,))

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.value))
        return Value(s, (self,), (s * (1 - s),))

    def backward(self):
        """Fill the grad of every node that this one was computed from."""
        order = topological_order(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            pass_back(node)

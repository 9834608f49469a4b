"""Exercises of notebook 02.  Replace each `raise NotImplementedError` by your code.

A node is an object with four attributes: `value`, the number it holds; `inputs`, the nodes
that it was computed from; `slopes`, for each input the derivative of this node's value with
respect to that input's value; `grad`, the derivative of the result with respect to this node.
"""

from typing import Any

Node = Any


def diamond_gradients(a: float) -> dict[str, float]:
    """The derivatives of q = c * p, where b = 3 * a, c = b + 1 and p = 2 * b.

    Returns {"a": dq/da, "b": dq/db, "c": dq/dc, "p": dq/dp, "q": dq/dq}, in plain numbers.
    """
    raise NotImplementedError


def product(a: float, b: float) -> tuple[float, tuple[float, float]]:
    """The value of a * b, and its two slopes: by a, then by b.  -> value, (slope, slope)"""
    raise NotImplementedError


def quotient(a: float, b: float) -> tuple[float, tuple[float, float]]:
    """The value of a / b, and its two slopes: by a, then by b.  -> value, (slope, slope)"""
    raise NotImplementedError


def pass_back(node: Node) -> None:
    """Give each input of a node its share of the node's gradient, by the chain rule.

    Changes the inputs' `grad`, which may hold shares of other nodes already.
    """
    raise NotImplementedError


def topological_order(result: Node) -> list[Node]:
    """All nodes that a result was computed from, and the result itself as the last.

    Each stands once, and after all of its inputs. Any such order is right.
    """
    raise NotImplementedError

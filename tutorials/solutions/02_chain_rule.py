"""Solutions of notebook 02."""

from typing import Any

Node = Any


def diamond_gradients(a: float) -> dict[str, float]:
    """The derivatives of q = c * p, where b = 3 * a, c = b + 1 and p = 2 * b.

    Returns {"a": dq/da, "b": dq/db, "c": dq/dc, "p": dq/dp, "q": dq/dq}, in plain numbers.
    """
    b = 3 * a
    c = b + 1
    p = 2 * b
    dq = 1.0
    dc = p * dq
    dp = c * dq
    db = 1 * dc + 2 * dp
    da = 3 * db
    return {"a": da, "b": db, "c": dc, "p": dp, "q": dq}


def product(a: float, b: float) -> tuple[float, tuple[float, float]]:
    """The value of a * b, and its two slopes: by a, then by b.  -> value, (slope, slope)"""
    return a * b, (b, a)


def quotient(a: float, b: float) -> tuple[float, tuple[float, float]]:
    """The value of a / b, and its two slopes: by a, then by b.  -> value, (slope, slope)"""
    return a / b, (1 / b, -a / b**2)


def pass_back(node: Node) -> None:
    """Give each input of a node its share of the node's gradient, by the chain rule.

    Changes the inputs' `grad`, which may hold shares of other nodes already.
    """
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.grad += slope * node.grad


def topological_order(result: Node) -> list[Node]:
    """All nodes that a result was computed from, and the result itself as the last.

    Each stands once, and after all of its inputs. Any such order is right.
    """
    order, entered = [], set()
    waiting = [(result, False)]
    while waiting:
        node, inputs_are_done = waiting.pop()
        if inputs_are_done:
            order.append(node)
        elif node not in entered:
            entered.add(node)
            waiting.append((node, True))
            waiting += [(source, False) for source in node.inputs]
    return order

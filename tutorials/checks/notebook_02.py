"""The checks of notebook 02: the diamond, a product, the chain rule on a node, the order."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import WrongAnswer, call, expect


@dataclass(eq=False)
class Node:
    """A node as the exercises describe it."""

    value: float
    inputs: tuple[Any, ...] = ()
    slopes: tuple[float, ...] = ()
    grad: float = 0.0


@exercise
def diamond_gradients(answer: Answer) -> None:
    """Three values of a; the known wrong numbers are those of single paths and early passing."""
    for a in (2.0, -0.5, 0.37):
        b, c, p = 3 * a, 3 * a + 1, 6 * a
        gradients = call(answer, a)
        names = ["a", "b", "c", "p", "q"]
        if not isinstance(gradients, dict) or sorted(gradients) != names:
            raise WrongAnswer(
                f"the result should be a dictionary with the keys {', '.join(names)}. "
                f"Received: {gradients!r}"
            )
        expect(gradients["q"], 1.0, f"dq/dq for a = {a}", mistakes={
            "this is the value of q. If q changes, by how much does q change?": c * p,
            "nothing begins without it. If q changes, by how much does q change?": 0.0,
            "these are derivatives of the nodes by a. Asked for is the other way: of q by each "
            "node.": 36 * a + 6,
        })  # fmt: skip
        expect(gradients["c"], p, f"dq/dc for a = {a}", mistakes={
            "this is the slope of one arrow, from b to c. Asked for is the slope of q.": 1.0,
            "this is dq/dp. The slope of a product c * p by c is the *other* factor.": c,
            "this is the number for a = 2. It depends on a.": 12.0,
            "this is right for a positive a: a has lost its sign.": 6 * abs(a),
            "a is cut to a whole number.": 6.0 * int(a),
            "1 is added to it. The 1 of c = b + 1 is part of c's value, not of a slope.": p + 1,
        })  # fmt: skip
        expect(gradients["p"], c, f"dq/dp for a = {a}", mistakes={
            "this is the slope of one arrow, from b to p. Asked for is the slope of q.": 2.0,
            "this is dq/dc. The slope of a product c * p by p is the *other* factor.": p,
            "this is b, and the factor is c = b + 1.": b,
        })  # fmt: skip
        expect(gradients["b"], p + 2 * c, f"dq/db for a = {a}", mistakes={
            "this is the slope of one arrow that leaves b. The paths go on to q.": 1.0,
            "only the path through c is counted. b acts on q through p as well; add both.": p,
            "only the path through p is counted. b acts on q through c as well; add both.": 2 * c,
            "the slopes are missing on the way: p = 2 * b, so its share counts twice.": c + p,
            "the two shares are multiplied. Along a path slopes multiply; between paths they "
            "add.": 2 * c * p,
            "the slope 2 stands on the wrong arrow: it leads from b to p, since p = 2 * b.": (
                2 * p + c
            ),
            "the shares are subtracted. Between paths they add.": p - 2 * c,
            "this is the mean of the two shares. Between paths they add.": (p + 2 * c) / 2,
            "the slope of c = b + 1 by b is taken as c / b. If b grows by h, so does c.": (
                c / b * p + 2 * c
            ),
            "1 is added to it. The 1 of c = b + 1 is part of c's value, not of a slope.": (
                p + 2 * c + 1
            ),
        })  # fmt: skip
        expect(gradients["a"], 3 * (p + 2 * c), f"dq/da for a = {a}", mistakes={
            "b's gradient is passed on twice: once before its second share has arrived. Wait "
            "until all shares are in.": 3 * (2 * c) + 3 * (p + 2 * c),
            "b's gradient is passed on twice, and too early the first time. Wait until all "
            "shares are in.": 3 * p + 3 * (p + 2 * c),
            "this is dq/db. From a to b there is one more slope, 3.": p + 2 * c,
            "only the path through c is counted, twice: b also acts through p.": 18 * a,
            "this is 36 a: the 1 of c = b + 1 is lost on the way. dq/dp is c, not b.": 36 * a,
            "this is the slope of one arrow, from a to b. The paths go on to q.": 3.0,
            "b's gradient is multiplied by a. The slope of b = 3 a by a is 3.": a * (p + 2 * c),
            "b's gradient is divided by the slope 3. Along a path slopes multiply.": (
                (p + 2 * c) / 3
            ),
            "this is the number for a = 2. It depends on a.": 78.0,
            "this is the value of q, or a multiple of b's value, not a derivative.": b * p,
        })  # fmt: skip


@exercise
def product(answer: Answer) -> None:
    """The value and both slopes at two unlike numbers."""
    for a, b in ((-1.5, 4.0), (0.0, 2.5), (-3.0, -3.0), (0.7123, -1.3456)):
        _expect_product(call(answer, a, b), a, b)


def _expect_product(result: Any, a: float, b: float) -> None:
    try:
        value, slopes = result
        first, second = slopes
    except (TypeError, ValueError):
        raise WrongAnswer(
            f"the result should be value, (slope by a, slope by b). Received: {result!r}"
        ) from None
    expect(value, a * b, f"the value at a = {a:g}, b = {b:g}", mistakes={
        "this is the sum.": a + b,
        "the numbers are cut to whole ones.": float(int(a) * int(b)),
    })  # fmt: skip
    expect([first, second], [b, a], f"the pair of slopes at a = {a:g}, b = {b:g}", mistakes={
        "the sign is turned. If a grows by h, a * b grows by h * b.": [-b, -a],
        "each slope is the factor itself. If a grows by h, a * b grows by h * b: the slope by a "
        "is b.": [a, b],
        "these are the slopes of a sum.": [1.0, 1.0],
        "a slope has lost its sign.": [abs(b), abs(a)],
        "the slope by b is missing.": [b, 0.0],
        "the slopes are cut to whole numbers.": [float(int(b)), float(int(a))],
        "each slope is the whole product. Divide out what moves: by a it is b.": [a * b, a * b],
        "the value a * b is multiplied in. By a the slope is b alone.": [a * b * b, a * b * a],
        "both slopes are b. By b it is the other one.": [b, b],
        "both slopes are a. By a it is the other one.": [a, a],
        "each slope is the sum of both numbers. By a it is b alone.": [a + b, a + b],
    })  # fmt: skip


@exercise
def quotient(answer: Answer) -> None:
    """Both signs; the slopes are differences of a / b."""
    for a, b in ((3.0, -2.5), (-1.5, 0.4), (0.0, 5.0), (0.7123, 1.3456)):
        result = call(answer, a, b)
        try:
            value, slopes = result
            first, second = slopes
        except (TypeError, ValueError):
            raise WrongAnswer(
                f"the result should be value, (slope by a, slope by b). Received: {result!r}"
            ) from None
        at, h = f"at a = {a:g}, b = {b:g}", 1e-6
        expect(value, a / b, f"the value {at}", mistakes={
            "// rounds down. Divide with /.": a // b,
            "this is b / a.": b / a if a else a / b,
        })  # fmt: skip
        by_a, by_b = ((a + h) / b - (a - h) / b) / (2 * h), (a / (b + h) - a / (b - h)) / (2 * h)
        expect([first, second], [by_a, by_b], f"the pair of slopes {at}", rtol=1e-7, mistakes={
            "the slope by b has lost the sign of a.": [1 / b, -abs(a) / b**2],
            "the slope by b has the wrong sign: a larger b makes a / b smaller, if both are "
            "positive.": [1 / b, a / b**2],
            "the slope by b is that of 1 / b. The numerator is a, and stays.": [1 / b, -1 / b**2],
            "the two slopes have changed places: first by a, then by b.": [-a / b**2, 1 / b],
            "these are the slopes of a product.": [b, a],
            "the slope by a is b itself. a / b is a times 1 / b.": [b, -a / b**2],
            "the slope by b is missing: b is in the denominator.": [1 / b, 0.0],
            "each slope is one over its own number. b is the denominator for both.": [
                1 / b,
                1 / a if a else 0.0,
            ],
            "-a / b * b divides and multiplies again (or b^2 is missing). Write b**2.": [1 / b, -a],
            "the slope by b has b * 2 where b^2 belongs.": [1 / b, -a / (b * 2)],
            "-a / b * 2 divides by b once, and doubles. Write / b**2.": [1 / b, -a / b * 2],
            **{
                f"{small:g} is added to b. Nothing is needed: b is not 0.": [
                    1 / (b + small),
                    -a / (b + small) ** 2,
                ]
                for small in 10.0 ** np.arange(-7, -2)
            },
            "the slope by b has b^3 where b^2 belongs.": [1 / b, -a / b**3],
            "b has lost its sign.": [1 / abs(b), -a / b**2],
            "numerator and denominator are exchanged in the slope by b.": [
                1 / b,
                -b / a**2 if a else 0.0,
            ],
            "the slope by b has b where b^2 belongs.": [1 / b, -a / b],
            "these are differences to one side; the slopes have a formula, without any h.": [
                1 / b,
                (a / (b + 1e-4) - a / b) / 1e-4,
            ],
            "the slope by a is the whole quotient. If a grows by h, a / b grows by h / b.": [
                a / b,
                -a / b**2,
            ],
            "the slope by a is 1, as if nothing were divided. a / b is a times 1 / b.": [
                1.0,
                -a / b**2,
            ],
            "the slope by a has b^2 where b belongs.": [1 / b**2, -a / b**2],
            "the slope by b has the whole quotient squared. Only b is: a / b^2.": [
                1 / b,
                -((a / b) ** 2),
            ],
            "the slope by b is twice as large as it should be: the slope of 1 / b is -1 / b^2.": [
                1 / b,
                -2 * a / b**2,
            ],
        })  # fmt: skip
        if not np.allclose([first, second], [1 / b, -a / b**2], rtol=1e-12, atol=1e-14):
            raise WrongAnswer(
                f"the pair of slopes {at} is right to some nine digits. Are these differences, or "
                "is a small number added to b? The slopes have a formula, without any h."
            )


@exercise
def pass_back(answer: Answer) -> None:
    """Two inputs, one with a share and an input of its own; then the same input twice."""
    first = Node(4.0)
    x, y = Node(4.0, (first,), (1.0,)), Node(-2.0)
    out = Node(-8.0, (x, y), (-2.0, 4.0))
    x.grad, y.grad, out.grad = 10.0, 0.0, 1.5
    call(answer, out, returns=False)
    if [x.grad, y.grad] == [16.0, -3.0]:
        _values_or_order(answer)
    expect([x.grad, y.grad], [7.0, 6.0], "the pair of gradients of the inputs of 4 * -2", mistakes={
        "the first input's grad held a share from another node, 10, and it is gone. A node that is "
        "used twice gets a share from each use: add (+=), do not overwrite (=).": [-3.0, 6.0],
        "no share has arrived. Write it into the `grad` of each of node.inputs.": [10.0, 0.0],
        "the slopes are left out: each has to be multiplied by node.grad.": [11.5, 1.5],
        "the node's own gradient is left out: the slope has to be multiplied by node.grad.": [
            8.0,
            4.0,
        ],
        "the slope and node.grad are added, where the chain rule multiplies.": [9.5, 5.5],
        "node.value took the place of node.grad.": [26.0, -32.0],
        "each input gets the slopes of all inputs, added up. Go through `inputs` and `slopes` in "
        "pairs: each input has a slope of its own.": [13.0, 3.0],
        "the share is subtracted. Shares add up.": [13.0, -6.0],
        "the gradient is multiplied by the share (*=). Shares add up (+=).": [-30.0, 0.0],
        "a share only counts where nothing has arrived before.": [10.0, 6.0],
        "a share has lost its sign.": [13.0, 6.0],
        "the slopes and the inputs are in opposite order: each input goes with the slope at its "
        "own place.": [16.0, -3.0],
        "only the first input gets a share.": [7.0, 0.0],
        "the input's own gradient took the place of node.grad: the share is slope * node.grad.": [
            10.0 - 2.0 * 10.0,
            0.0,
        ],
        "the input's old gradient is multiplied in: the share is slope * node.grad alone.": [
            10.0 - 2.0 * 1.5 * 10.0,
            0.0,
        ],
        "the input's value is multiplied in: the share is slope * node.grad alone.": [-2.0, -12.0],
        "the share is divided by the number of inputs. Each gets its own, whole.": [8.5, 3.0],
    })  # fmt: skip
    for count in (1, 3, 0):
        inputs = tuple(Node(1.0) for _ in range(count))
        whole = Node(1.0, inputs, tuple(float(k) for k in range(1, count + 1)), grad=2.0)
        try:
            call(answer, whole, returns=False)
        except WrongAnswer as diagnosis:
            raise WrongAnswer(
                f"a node with {count} inputs: a sum has two, exp(x) and -x have one, a number that "
                f"was not computed has none, and pass_back gets all of them. {diagnosis}"
            ) from diagnosis
        expect([each.grad for each in inputs], [2.0 * k for k in range(1, count + 1)],
               f"the gradients of {count} inputs")  # fmt: skip
    if first.grad != 0.0:
        raise WrongAnswer(
            "the inputs of node's inputs have got shares too. Stop at node.inputs: they pass on "
            "their own gradients later, when all their shares have arrived."
        )
    if out.grad != 1.5:
        raise WrongAnswer(
            "node.grad itself has changed. It is a result, which the caller reads when all is done."
        )
    x = Node(3.0)
    square = Node(9.0, (x, x), (3.0, 3.0))
    square.grad = 1.0
    call(answer, square, returns=False)
    expect(x.grad, 6.0, "the gradient of x in x * x at x = 3", mistakes={
        "x is an input twice, and only one share has arrived. Go through `inputs` and `slopes` "
        "in pairs and add (+=) each.": 3.0,
    })  # fmt: skip
    x = Node(3.0)
    power = Node(27.0, (x, x), (9.0, 18.0))  # x * x^2: the same input, with two slopes
    power.grad = 2.0
    call(answer, power, returns=False)
    expect(x.grad, 54.0, "the gradient of an input with the slopes 9 and 18", mistakes={
        "both shares have the first slope. An input that stands twice is found at its first place "
        "by `index`: go through `inputs` and `slopes` in pairs.": 36.0,
        "both shares have the last slope. A dictionary keeps one slope for each input: go through "
        "`inputs` and `slopes` in pairs.": 72.0,
    })  # fmt: skip


def _values_or_order(answer: Answer) -> None:
    """WrongAnswer if the inputs' values stand for the slopes; at a product both look alike.

    Or if the order is an accident: a set of inputs holds them in any order, and each once.
    """
    x = Node(3.0)
    call(answer, Node(9.0, (x, x), (3.0, 3.0), grad=1.0), returns=False)
    if x.grad == 3.0:
        raise WrongAnswer(
            "the inputs are gone through in an order of chance, and one that stands twice, as in "
            "x * x, only once. Is it a set? Go through `inputs` and `slopes` in pairs."
        )
    x, y = Node(3.0), Node(5.0)
    call(answer, Node(8.0, (x, y), (1.0, 2.0), grad=1.0), returns=False)
    if [x.grad, y.grad] == [3.0, 5.0]:
        raise WrongAnswer("the inputs' values took the place of the slopes.")


@exercise
def topological_order(answer: Answer) -> None:
    """The diamond with a shortcut, a node that is its own partner, and a long chain."""
    a = Node(2.0)
    b = Node(6.0, (a,), (3.0,))
    c = Node(7.0, (b,), (1.0,))
    d = Node(12.0, (b,), (2.0,))
    e = Node(84.0, (c, d), (12.0, 7.0))
    _expect_order(answer, {"a": a, "b": b, "c": c, "d": d, "e": e}, e)
    f = Node(168.0, (b, e, b), (1.0, 1.0, 1.0))
    _expect_order(answer, {"a": a, "b": b, "c": c, "d": d, "e": e, "f": f}, f)
    _expect_order(answer, {"a": a}, a)
    g = Node(9.0)
    h = Node(-5.0, (g,), (1.0,))
    k = Node(1.0, (h, g), (1.0, 1.0))  # values in an order that is neither this nor its reverse
    _expect_order(answer, {"g": g, "h": h, "k": k}, k)
    chain: list[Node] = [Watched(1.0)]
    for _ in range(16):
        chain.append(Watched(1.0, (chain[-1], chain[-1]), (1.0, 1.0)))
    _expect_order(answer, {f"x{k}": each for k, each in enumerate(chain)}, chain[-1])


@dataclass(eq=False)
class Watched(Node):
    """A node that stops whoever asks for its inputs again and again."""

    asked: int = 0

    def __getattribute__(self, name: str) -> Any:
        if name == "inputs":
            self.asked += 1
            if self.asked > 1000:
                raise WrongAnswer(
                    "the order would be right, but every path is walked: after 16 doublings "
                    "x1 <- x0 x0, x2 <- x1 x1, ... the first node is reached 65,536 times. If a "
                    "node has been met before, return at once, before its inputs are asked for."
                )
        return super().__getattribute__(name)


def _finds(answer: Answer, name: str, nodes: dict[str, Node]) -> bool:
    """Is a node that was left out found in a copy of the graph, which no call has seen?"""
    copies: dict[int, Node] = {}
    for each in nodes.values():
        copies[id(each)] = Node(each.value, tuple(copies[id(i)] for i in each.inputs), each.slopes)
    order = call(answer, list(copies.values())[-1])
    return any(each is copies[id(nodes[name])] for each in order)


def _expect_order(answer: Answer, nodes: dict[str, Node], result: Node) -> None:
    names = {id(each): name for name, each in nodes.items()}
    inputs = {name: each.inputs for name, each in nodes.items()}
    edges = ", ".join(
        f"{name} <- {' '.join(names[id(i)] for i in each.inputs)}"
        for name, each in list(nodes.items())[:6]
        if each.inputs
    )
    if len(nodes) > 7:
        edges += ", and so on"
    graph = f"in the graph {edges}" if edges else "in a graph of a alone"
    order = call(answer, result)
    if not isinstance(order, list | tuple):
        raise WrongAnswer(
            f"the result should be a list, not {type(order).__name__}: the backward pass goes "
            "through it twice, and once in reverse."
        )
    for name, before in inputs.items():
        if nodes[name].inputs != before:
            raise WrongAnswer(f"{graph}, the inputs of {name} have changed. Only read the graph.")
    try:
        got = [names[id(each)] for each in order]
    except KeyError as unknown:
        if all(isinstance(each, Node) for each in order):
            raise WrongAnswer(
                f"{graph}, the result holds nodes of another graph. Does a list, or a mark on a "
                "node, live on from the call before? Each call begins anew."
            ) from unknown
        raise WrongAnswer(
            f"{graph}, the result should be a list of the graph's own nodes."
        ) from None
    except TypeError:
        raise WrongAnswer(
            f"{graph}, the result should be a list of the graph's own nodes."
        ) from None
    shown = f"[{', '.join(got[:8])}{', ...' if len(got) > 8 else ''}]"
    if len(set(got)) < len(got):
        twice = next(name for name in got if got.count(name) > 1)
        raise WrongAnswer(
            f"{graph}, {twice} stands {got.count(twice)} times in {shown}. A node that is used "
            "twice is reached twice: remember which ones you have entered already."
        )
    missing = [name for name in nodes if name not in got]
    if missing:
        values = {each.value for each in nodes.values()}
        raise WrongAnswer(
            f"{graph}, {missing[0]} is missing from {shown}."
            + (" All of these hold the same number. Tell nodes apart by `id`, not by value."
               if len(values) == 1 < len(nodes) else "")
            + (" Does a mark on it, or a set, live on from the call before? Each call begins anew."
               if _finds(answer, missing[0], nodes) else "")
        )  # fmt: skip
    misplaced = [
        (name, names[id(source)])
        for name, each in nodes.items()
        for source in each.inputs
        if got.index(names[id(source)]) > got.index(name)
    ]
    if not misplaced:
        return
    if all(
        got.index(names[id(source)]) > got.index(name)
        for name, each in nodes.items()
        for source in each.inputs
    ):
        raise WrongAnswer(
            f"{graph}, {shown} is the order of the backward pass, from the result to its inputs. "
            "Asked for is the other one, inputs first."
        )
    user, source = misplaced[0]
    raise WrongAnswer(
        f"{graph}, {user} stands before its input {source} in {shown}. Then {source} passes its "
        f"gradient on before the share of {user} has arrived. Enter a node only after *all* of "
        "its inputs."
    )

# %% [markdown]
# # 02 The chain rule on a graph
#
# [← 01 Is my derivative right?](01_is_my_derivative_right.ipynb) · [contents](README.md) · [03 A dense layer on a batch →](03_dense.ipynb)
#
# ## Question
#
# Notebook 01 found that two evaluations for each weight are too many. Back-propagation gets all
# derivatives from one pass, in reverse order. Three things about it puzzle almost everyone: why
# *backwards*, why gradients are *added* with `+=`, and why the *order* of the steps matters. All three
# have the same answer, and a computation with five numbers is enough to see it.

# %%
import sys

sys.path[:0] = ["..", "."]  # the clone, which holds tinynet and tutorials

import math
import time

import numpy as np

from tutorials.cells import check, reveal, stated
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.style import GRADIENT, VALUE, draw_graph, new_figure, show
from tutorials.tables import by_hand

# %% [markdown]
# ## Predict
#
# Start from $a = 2$ and compute
#
# $$b = 3a, \qquad c = b + 1, \qquad p = 2b, \qquad q = c \cdot p$$
#
# so that $b = 6$, $c = 7$, $p = 12$ and $q = 84$. If $a$ grows by a tiny amount, $q$ grows how many
# times as much?
#
# - **a**: 36 times
# - **b**: 42 times
# - **c**: 78 times

# %%
prediction = None  # "a", "b" or "c"

# %% [markdown]
# ## Derive
#
# Draw the computation as a graph: a node for each number, an arrow from each number to those that were
# computed from it. Along an arrow from $v_i$ to $v_j$ stands its *slope* $\partial v_j / \partial v_i$,
# with everything else that enters $v_j$ held still. A node with more than one arrow into it, such as
# the product $c \cdot p$, has one slope for each. Call them $s_c$, for the arrow from $c$, and $s_p$;
# which numbers they are is for you to find.
#
# **Sum over paths.** A change of $a$ reaches $q$ along every path. Along one path the slopes multiply:
# that is the chain rule for one variable. Between paths the changes add up: for tiny changes of $c$ and
# $p$, the change of $q$ is slope times change for each of the two, added. With $\prod$ for a product,
# as $\sum$ stands for a sum:
#
# $$\frac{\partial q}{\partial a} = \sum_{\text{paths from } a \text{ to } q} \ \prod_{\text{arrows of the path}} \text{slope}$$
#
# Here there are two paths, $a \to b \to c \to q$ and $a \to b \to p \to q$.
#
# **Factor it.** The sum is right and useless: a graph of a few hundred nodes can have more paths than
# there are atoms. But paths share their ends. Here both begin with the arrow $a \to b$, whose slope 3
# can stand outside a bracket:
#
# $$3 \cdot 1 \cdot s_c + 3 \cdot 2 \cdot s_p = 3 \cdot (1 \cdot s_c + 2 \cdot s_p)$$
#
# Inside remains the same sum for $b$. So it is everywhere: each path from $v_i$ to $q$ begins with one
# of the arrows that leave $v_i$, say to $v_j$, and goes on as a path from $v_j$. Write $dv_i$ for
# $\partial q / \partial v_i$, and $j:\ i \to j$ for "each $j$ to which an arrow leads from $i$". Then
#
# $$dv_i = \sum_{j:\ i \to j} \frac{\partial v_j}{\partial v_i} \ dv_j, \qquad dq = 1$$
#
# One number for each node and one multiplication for each arrow: that is back-propagation. The three
# puzzles are solved on the way:
#
# - **Backwards**, because $dv_i$ is computed from the $dv_j$ of the nodes *after* it. (Summing from the
#   other end is possible, and gives the derivatives of all nodes by *one input*. A network has
#   thousands of inputs and one loss, so the end with the loss is the good one.)
# - **`+=`**, because it is a sum over all arrows that leave the node. Each arrow adds its share.
# - **An order**, because $dv_j$ may be passed on only when its own sum is complete. Any order in which
#   each node comes before all of its inputs will do: a *topological* order, reversed.
#
# **As matrices.** Networks compute in *layers*: from all nodes of a vector $x$ all nodes of a
# vector $y$. The slopes form the Jacobian matrix $J$ with $J_{ji} = \partial y_j / \partial x_i$,
# and the formula above reads
#
# $$dx_i = \sum_j J_{ji} \ dy_j, \qquad dx = J^T dy$$
#
# Forwards a change goes through $J$, backwards a gradient goes through $J^T$. For three layers,
# $dx = J_1^T (J_2^T (J_3^T dy))$: beginning at the loss, each step is a matrix times a *vector*.
# Beginning at the other end, $((J_1^T J_2^T) J_3^T) dy$, all steps but the last are a matrix times a
# *matrix*. None of the layers that train here ever builds its $J$; each computes $J^T dy$ directly.

# %% [markdown]
# ## By hand
#
# The diamond, forwards and then backwards. `da` stands for $\partial q / \partial a$, and so on. The last row,
# `expected`, is a second opinion on `da`: multiply $q = (3a + 1) \cdot 6a$ out, and differentiate it as one formula.
#
# | name | rule | number |
# | --- | --- | --- |
# | `a` | given | 2 |
# | `b` | `3 * a` | ? |
# | `c` | `b + 1` | ? |
# | `p` | `2 * b` | ? |
# | `q` | `c * p` | ? |
# | `dq` | derive it | ? |
# | `dc` | derive it | ? |
# | `dp` | derive it | ? |
# | `db` | derive it | ? |
# | `da` | derive it | ? |
# | `expected` | derive it | ? |

# %% tags=["by-hand"]
by_hand("02.1", b=..., c=..., p=..., q=..., dq=..., dc=..., dp=..., db=..., da=..., expected=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `a` | given | 2 |
# | `b` | `3 * a` | 6 |
# | `c` | `b + 1` | 7 |
# | `p` | `2 * b` | 12 |
# | `q` | `c * p` | 84 |
# | `dq` | `1` | 1 |
# | `dc` | `p * dq` | 12 |
# | `dp` | `c * dq` | 7 |
# | `db` | `1 * dc + 2 * dp` | 26 |
# | `da` | `3 * db` | 78 |
# | `expected` | `36 * a + 6` | 78 |
#
# The whole formula is $q = 18 a^2 + 6a$. The row for `db` is the one to look at: node $b$ has two arrows, so its
# gradient has two shares, 12 through $c$ and 14 through $p$.
#
# | name | if you have | then |
# | --- | --- | --- |
# | `b` | `a + 3` | 3 is multiplied, not added. |
# | `dq` | `q` | this is the value of q. If q changes, by how much does q change? |
# | `dq` | `0` | if q changes, by how much does q change? |
# | `dc` | `c` | the slope of a product is the *other* factor. |
# | `dc` | `1` | this is the slope of the arrow from b to c. Asked for is dq / dc. |
# | `dc` | `q` | this is q itself; asked for is its slope by c. |
# | `dp` | `p` | the slope of a product is the *other* factor. |
# | `dp` | `2` | this is the slope of the arrow from b to p. Asked for is dq / dp. |
# | `dp` | `b` | the other factor is c = b + 1. |
# | `db` | `dc` | only the path through c is counted. b acts on q through p as well. |
# | `db` | `2 * dp` | only the path through p is counted. b acts on q through c as well. |
# | `db` | `dc + dp` | a slope is missing on the way: p = 2b. |
# | `db` | `2 * dc + dp` | the slope 2 stands on the other arrow, from b to p. |
# | `db` | `2 * dc * dp` | the two shares are multiplied. Along a path slopes multiply; between paths they add. |
# | `db` | `3` | these are the slopes alone, 1 + 2. Each is multiplied by the gradient that comes along its path. |
# | `da` | `db` | from a to b there is one more slope. |
# | `da` | `3 * dc` | only the path through c is counted. |
# | `da` | `6 * dp` | only the path through p is counted. |
# | `da` | `a * db` | the slope of b = 3a by a is not a. |
# | `da` | `3 + db` | the slope is added. Along a path slopes multiply. |
# | `da` | `36 * a` | the 1 of c = b + 1 is lost on the way. |
# | `expected` | `q` | this is the value of q; asked for is the slope of the formula at a = 2. |
# | `expected` | `36 * a` | the term 6a has a slope too. |
# | `expected` | `18 * a + 6` | the slope of a**2 is 2a. |
#
# </details>

# %% [markdown]
# The second example is a neuron, the smallest piece of a network: inputs $x$, weights $w$, a bias $b$,
# and $y = \sigma(w_0 x_0 + w_1 x_1 + b)$ with the sigmoid function $\sigma(s) = 1 / (1 + e^{-s})$. Its
# derivative is $\sigma'(s) = \sigma(s) (1 - \sigma(s))$. Now `ds` stands for $\partial y / \partial s$,
# and so on. Look at the numbers while you fill them in: what does a sum do with the gradient that comes to it, and what
# does a product? (Of numbers that go on and on, carry four digits; three are judged.)
#
# | name | rule | number |
# | --- | --- | --- |
# | `w` | given | [2, -3] |
# | `b` | given | -3 |
# | `x` | given | [-1, -2] |
# | `s` | `w[0] * x[0] + w[1] * x[1] + b` | ? |
# | `y` | `1 / (1 + exp(-s))` | ? |
# | `ds` | derive it | ? |
# | `dw` | derive it | ? |
# | `db` | derive it | ? |
# | `dx` | derive it | ? |

# %% tags=["by-hand"]
by_hand("02.2", s=..., y=..., ds=..., dw=..., db=..., dx=...)

# %% [markdown]
# <details><summary>The table, filled in</summary>
#
# | name | how | value |
# | --- | --- | --- |
# | `w` | given | [2, -3] |
# | `b` | given | -3 |
# | `x` | given | [-1, -2] |
# | `s` | `w[0] * x[0] + w[1] * x[1] + b` | 1 |
# | `y` | `1 / (1 + exp(-s))` | 0.7311 |
# | `ds` | `y * (1 - y)` | 0.1966 |
# | `dw` | `[x[0] * ds, x[1] * ds]` | [-0.1966, -0.3932] |
# | `db` | `ds` | 0.1966 |
# | `dx` | `[w[0] * ds, w[1] * ds]` | [0.3932, -0.5898] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `s` | `w[0] * x[0] + w[1] * x[1]` | the bias is missing. |
# | `s` | `w[0] * x[0] - w[1] * x[1] + b` | (-3) * (-2) is positive. |
# | `y` | `1 / (1 + exp(s))` | the exponent has lost its minus. |
# | `y` | `exp(s)` | this is exp(s); the sigmoid is one over 1 + exp(-s). |
# | `ds` | `y` | this is the value; the slope of sigma is asked for. |
# | `ds` | `1 - y` | one factor is missing: sigma (1 - sigma). |
# | `ds` | `1` | this is dy / dy. The way back leads through the sigmoid. |
# | `ds` | `s * (1 - s)` | sigma stands in the formula, not s. |
# | `dw` | `np.array(x)` | the gradient that arrives, `ds`, is missing. |
# | `dw` | `np.array(w) * ds` | the slope of a product is the *other* factor. |
# | `db` | `1` | this is the slope of the sum; the gradient that arrives is missing. |
# | `db` | `b * ds` | the bias is added, not multiplied: what is the slope of a sum? |
# | `db` | `0` | the bias moves s as much as anything else that is added. |
# | `dx` | `np.array(w)` | the gradient that arrives, `ds`, is missing. |
# | `dx` | `np.array(x) * ds` | the slope of a product is the *other* factor. |
#
# A sum passes its gradient on unchanged; a product passes it on multiplied by the *other* factor.
#
# </details>

# %% [markdown]
# ## Code it
#
# The exercises are in `tutorials/mine/02_chain_rule.py`.
#
# **Exercise 1, `diamond_gradients(a)`.** Write the table above as a program, in plain numbers, for any
# $a$: four lines forwards, since $a$ is given, and five backwards.

# %% tags=["exercise"]
diamond_gradients = check("02.diamond_gradients")

# %% jupyter={"source_hidden": true}
places = {"a": (0, 0), "b": (2, 0), "c": (4, 1.1), "p": (4, -1.1), "q": (6, 0)}
edges = [("a", "b", "3"), ("b", "c", "1"), ("b", "p", "2"), ("c", "q", "12"), ("p", "q", "7")]
labels = ["a", "b = 3a", "c = b + 1", "p = 2b", "q = c p"]
renamed = dict(zip(places, labels, strict=True))
figure = new_figure(7.5, 3.8)
draw_graph(
    figure.add_subplot(),
    {renamed[name]: place for name, place in places.items()},
    [(renamed[start], renamed[end], slope) for start, end, slope in edges],
    dict(zip(labels, ["2", "6", "7", "12", "84"], strict=True)),
    dict(zip(labels, ["78", "12 + 14", "12", "7", "1"], strict=True)),
)
show(
    figure,
    "diamond",
    "The diamond: in each box the value above, computed left to right, and the gradient below, "
    "computed right to left.",
    "A graph of five boxes. a with value 2 leads to b with value 6; b leads to c, 7, and to p, 12; "
    "both lead to q, 84. The slopes on the arrows are 3, 1, 2, 12 and 7. The gradients are 1 at q, "
    "12 at c, 7 at p, 12 plus 14 at b, and 78 at a.",
)

# %% [markdown]
# The same as a film, a node at a time:
#
# ![The diamond: five values appear from left to right, then five gradients from right to left; b waits until both of its shares have arrived.](figures/02_chain_rule_backward_pass.gif)
#
# Writing the backward lines by hand for every formula is tedious. So let each number remember how it
# was made: a *node* holds its `value`, the `inputs` that it was computed from, a slope for each in
# `slopes`, and its gradient `grad`. Then the backward pass is the same few lines for every formula.
#
# **Exercise 2, `product(a, b)`.** What a multiplication has to remember: the value and two slopes.

# %% tags=["exercise"]
product = check("02.product")

# %% [markdown]
# **Exercise 3, `quotient(a, b)`: no formula this time.** The same for a division. Its two slopes stand
# nowhere in this notebook. Derive them; the check compares with differences. (`Value`, below, divides with it.)

# %% tags=["exercise"]
quotient = check("02.quotient")

# %% [markdown]
# **Exercise 4, `pass_back(node)`.** The chain rule at one node: each input receives its share. The
# input may hold shares of other nodes already, and the same node may be an input twice, as in
# $x \cdot x$.

# %% tags=["exercise"]
pass_back = check("02.pass_back")

# %% [markdown]
# **Exercise 5, `topological_order(result)`.** A list of all nodes that the result was computed from:
# each once, each after all of its inputs, the result last. On paper first: which orders of the diamond's five
# nodes will do?
#
# <details><summary>The diamond's orders</summary>
#
# Two: $a, b, c, p, q$ and $a, b, p, c, q$. In $a, c, b, p, q$, for instance, $c$ stands before its input $b$.
#
# </details>
#
# <details><summary>If you are stuck: one way</summary>
#
# A recursive function that returns at once if it has met the node before; otherwise it enters all inputs
# first, and then appends the node.
#
# </details>

# %% tags=["exercise"]
topological_order = check("02.topological_order")

# %% [markdown]
# From your pieces, a number that can differentiate whatever is computed from it. Notebooks 03 to 05 call the same
# class as a witness: from `tutorials/value.py`, where it stands on the solutions, as a witness should not depend
# on whom it judges.


# %%
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


# %% [markdown]
# ## Check it
#
# The diamond first: the same five gradients from the program and from the graph. Then the neuron, and
# a check of a longer formula against the differences of notebook 01.

# %%
a = Value(2)
b = Value(3) * a
c = b + Value(1)
p = Value(2) * b
q = c * p
q.backward()
gradients = {"a": a.grad, "b": b.grad, "c": c.grad, "p": p.grad, "q": q.grad}
print(gradients)
assert gradients == diamond_gradients(2.0)
stated("78", a.grad)
reveal(prediction, "c", "36 is the path through c alone, 42 the path through p alone; both count.")
stated("36", 1 * p.value * 3)
stated("42", 2 * c.value * 3)

# %%
w, x, bias = [Value(2), Value(-3)], [Value(-1), Value(-2)], Value(-3)
products = [w[0] * x[0], w[1] * x[1]]
dot = products[0] + products[1]
s = dot + bias
y = s.sigmoid()
y.backward()
np.testing.assert_allclose([each.grad for each in x], [0.3932, -0.5898], atol=5e-5)
np.testing.assert_allclose([each.grad for each in w], [-0.1966, -0.3932], atol=5e-5)

nodes = {
    "$w_0$": (w[0], (0, 3)),
    "$x_0$": (x[0], (0, 1.4)),
    "$w_1$": (w[1], (0, -0.2)),
    "$x_1$": (x[1], (0, -1.8)),
    "$w_0 x_0$": (products[0], (2.1, 2.2)),
    "$w_1 x_1$": (products[1], (2.1, -1)),
    "sum": (dot, (4.1, 0.6)),
    "$b$": (bias, (4.1, -1.6)),
    "$s$": (s, (6.0, -0.2)),
    r"$y = \sigma(s)$": (y, (8.2, -0.2)),
}
names = {id(node): name for name, (node, _) in nodes.items()}
figure = new_figure(8, 4.8)
draw_graph(
    figure.add_subplot(),
    {name: place for name, (_, place) in nodes.items()},
    [
        (names[id(source)], name, f"{slope:.4g}")
        for name, (node, _) in nodes.items()
        for source, slope in zip(node.inputs, node.slopes, strict=True)
    ],
    {name: f"{node.value:.4g}" for name, (node, _) in nodes.items()},
    {name: f"{node.grad:.4g}" for name, (node, _) in nodes.items()},
)
show(
    figure,
    "neuron",
    "A neuron as a graph: values (blue, above) flow right, gradients (orange, below) flow left, "
    "slopes stand on the arrows.",
    "A graph of ten boxes. Weights 2 and minus 3 and inputs minus 1 and minus 2 meet in the "
    "products minus 2 and 6; their sum 4 and the bias minus 3 give s = 1 and y = 0.7311. The "
    "gradients, right to left: 1 at y; 0.1966 at s, at the bias, at the sum and at both products; "
    "then minus 0.1966 and minus 0.3932 at the weights, 0.3932 and minus 0.5898 at the inputs.",
)

# %%
from tinynet.gradient_check import numerical_gradient, relative_error

p = np.array([0.7, -1.3, 0.4])


def formula(u, v, w):
    """log(exp(u v) + exp(w)) sigmoid(u) + v v / w, on Values: all three are used more than once."""
    return ((u * v).exp() + w.exp()).log() * u.sigmoid() + v * v / w


inputs = [Value(each) for each in p]
formula(*inputs).backward()
numeric = numerical_gradient(lambda: formula(*map(Value, p)).value, p)
worst = relative_error(np.array([each.grad for each in inputs]), numeric).max()
print(f"largest relative error {worst:.0e}")
assert worst < 1e-8

# %% [markdown]
# ## Compare
#
# In `tinynet` the nodes are whole arrays, and a layer's `backward` does the work of `pass_back` for
# all of its numbers at once: given $dy$ it returns $dx$, if the `forward` before it was told by
# `keep=True` to keep what that takes. A neuron is a `Dense` layer (notebook 03) with one output,
# followed by `Sigmoid`. A list of layers needs no sorting: their order is a topological order.
# Nor does it need `+=` between layers, since each layer has one successor. (Inside a layer,
# sums over the arrows of a number do appear, as sums over an index.)

# %%
from tinynet import Dense, Sequential, Sigmoid

neuron = Sequential([Dense(1), Sigmoid()], input_shape=(2,), dtype=np.float64)
parameters = neuron.parameters()
parameters["dense_1.kernel"].value[...] = [[2], [-3]]
parameters["dense_1.bias"].value[...] = -3
output = neuron.forward(np.array([[-1.0, -2.0]]), keep=True)
dx = neuron.backward(np.ones((1, 1)))

np.testing.assert_allclose(output[0, 0], y.value, rtol=1e-12)
np.testing.assert_allclose(dx[0], [each.grad for each in x], rtol=1e-12)
dw = parameters["dense_1.kernel"].grad[:, 0]
np.testing.assert_allclose(dw, [each.grad for each in w], rtol=1e-12)
np.testing.assert_allclose(parameters["dense_1.bias"].grad, bias.grad, rtol=1e-12)
print("tinynet's neuron gives the same numbers to 12 digits")

# %% [markdown]
# ## Break it
#
# **`=` instead of `+=`.** The last share to arrive wins and the others are lost. On a graph in which
# no node is used twice nothing is wrong, which is why the mistake survives so many tests.


# %%
def overwrites(node):
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.grad = slope * node.grad


try:
    check("02.pass_back", overwrites)
except WrongAnswer as diagnosis:
    print(diagnosis)
else:
    raise AssertionError("a wrong version passed")

# %% [markdown]
# **No order.** A node passes its gradient on as soon as a share arrives, and once more for each
# further share. With `+=`, everything that was passed on too early is counted again. On the
# diamond, $b$ passes its first share on alone and then the sum of both. The result should be
# $3 \cdot 26 = 78$. It is $3 \cdot 12 + 3 \cdot 26 = 114$ if the share through $c$ arrives first, and
# $3 \cdot 14 + 3 \cdot 26 = 120$ if the one through $p$ does.


# %%
def pass_on_at_once(node, inputs_in_order):
    """Give an input its share, and let it pass on what it has before the next one gets its own."""
    for k in inputs_in_order(range(len(node.inputs))):
        source, slope = node.inputs[k], node.slopes[k]
        source.grad += slope * node.grad
        pass_on_at_once(source, inputs_in_order)


def gradient_of_diamond(walk):
    a = Value(2)
    b = Value(3) * a
    q = (b + Value(1)) * (Value(2) * b)
    q.grad = 1.0
    walk(q)
    return a.grad


through_c_first = gradient_of_diamond(lambda q: pass_on_at_once(q, list))
through_p_first = gradient_of_diamond(lambda q: pass_on_at_once(q, reversed))
print("through c first:", through_c_first, "  through p first:", through_p_first)
stated("114", through_c_first)
stated("120", through_p_first)

# %% [markdown]
# **Right, but path by path.** Passing on only the *new* share at each visit mends the result: this is
# the sum over paths. But a node is then visited once for each path that ends in it. Take
# $x_1 = x_0 + x_0$, $x_2 = x_1 + x_1$ and so on. Each step doubles the number of paths, and after 20
# steps there are 1,048,576. In topological order there are 20 sums to visit, with two arrows each.


# %%
def doublings(steps):
    x = first = Value(1)
    for _ in range(steps):
        x = x + x
    return first, x


def visits_path_by_path(node, share=1.0):
    """How many arrows are followed if every path is walked to its end."""
    node.grad += share
    return sum(
        1 + visits_path_by_path(source, slope * share)
        for source, slope in zip(node.inputs, node.slopes, strict=True)
    )


depths = list(range(1, 13))
path_by_path, in_order = [], []
for steps in depths:
    first, last = doublings(steps)
    path_by_path.append(visits_path_by_path(last))
    assert first.grad == 2**steps
    last.backward()
    assert first.grad == 2**steps
    in_order.append(sum(len(node.inputs) for node in topological_order(last)))

first, last = doublings(20)
last.backward()
stated("1,048,576", first.grad)

figure = new_figure(6, 3)
axes = figure.add_subplot()
axes.semilogy(depths, path_by_path, "o-", color=GRADIENT, label="path by path")
axes.semilogy(depths, in_order, "o-", color=VALUE, label="in topological order")
axes.set(xlabel="doublings", ylabel="arrows followed")
axes.legend()
show(
    figure,
    "paths",
    "The same derivative, path by path and in order: the number of steps doubles, or grows by two.",
    "Arrows followed against the number of doublings from 1 to 12, on a logarithmic scale. Path by "
    f"path it rises as a straight line to {path_by_path[-1]:,}; in topological order it stays far "
    f"below, and grows by two each time, from {in_order[0]} to {in_order[-1]}.",
)

# %% [markdown]
# ## Measure
#
# What does a backward pass cost? Count multiply-adds in `mnist_app`'s network of dense layers,
# called `mlp`, for one image. A dense layer with $p$ inputs and $q$ outputs has $p q$ weights.
# Forwards, each weight takes part in one multiply-add. Backwards it takes part in two: one for its
# own gradient, one for the share that goes to the layer's input. The first layer can skip the
# second, since nobody asks for the gradient of the image.

# %%
from mnist_app.data import load_mnist
from mnist_app.training.networks import build_network

network = build_network("mlp")
sizes = [p.value.shape for p in network.parameters().values() if p.value.ndim == 2]
forward_cost = sum(p * q for p, q in sizes)
backward_cost = sum(2 * p * q for p, q in sizes) - sizes[0][0] * sizes[0][1]
print("layers:", ", ".join(f"{p} x {q}" for p, q in sizes))
print(f"forward {forward_cost:,}, backward {backward_cost:,} multiply-adds an image")
stated("668,672", forward_cost)
stated("935,936", backward_cost)
stated("1.4", backward_cost / forward_cost)

# %% [markdown]
# 668,672 forwards and 935,936 backwards: all 669,706 derivatives, those of the weights and of 1,034
# biases, for 1.4 times the work of computing the loss once. The clock should say much the same. Below, both
# passes take turns on 128 real images, and the fastest run of each counts. A ratio between 1 and 2 is what to expect;
# programs that compete for the processor make it larger.

# %%
stated("669,706", sum(p.value.size for p in network.parameters().values()))
stated("1,034", 669_706 - forward_cost)
data = load_mnist()
images = network.prepare(data.train_images[:128])


def best_seconds(*works, repeats=100):
    """For each the fastest of its runs, which take turns: the one least disturbed by others."""
    best = [math.inf] * len(works)
    for _ in range(repeats):
        for k, work in enumerate(works):
            started = time.perf_counter()
            work()
            best[k] = min(best[k], time.perf_counter() - started)
    return best


upstream = np.ones_like(network.forward(images, keep=True))
forward_seconds, backward_seconds = best_seconds(
    lambda: network.forward(images, keep=True),
    lambda: network.backward_parameters(upstream),
)

# %% tags=["timing"]
print(f"forward {1000 * forward_seconds:.1f} ms, backward {1000 * backward_seconds:.1f} ms")
print(f"ratio {backward_seconds / forward_seconds:.1f}")

# %% [markdown]
# And `Value`? It gives the same derivatives, one number at a time. The next cell feeds a real digit,
# shrunk to 14 by 14 pixels, to ten neurons, once as a graph and once as a `Dense` layer.

# %%
pixels = data.train_images[0].reshape(14, 2, 14, 2).mean(axis=(1, 3)).ravel() / 255
layer = Sequential([Dense(10), Sigmoid()], input_shape=(196,), dtype=np.float64)
kernel = layer.parameters()["dense_1.kernel"]

started = time.perf_counter()
inputs = [Value(pixel) for pixel in pixels]
total = Value(0)
for column in kernel.value.T:
    score = Value(0)
    for weight, pixel in zip(column, inputs, strict=True):
        score = score + Value(weight) * pixel
    total = total + score.sigmoid()
total.backward()
graph_seconds = time.perf_counter() - started
count = len(topological_order(total))


def through_the_layer():
    layer.forward(pixels[np.newaxis], keep=True)
    return layer.backward(np.ones((1, 10)))


dx = through_the_layer()
(layer_seconds,) = best_seconds(through_the_layer)
np.testing.assert_allclose(dx[0], [pixel.grad for pixel in inputs], rtol=1e-9, atol=1e-12)
print(f"the graph has {count:,} nodes; the gradients of all 196 pixels agree")
stated("6,107", count)

# %% tags=["timing"]
print(f"graph {1000 * graph_seconds:.1f} ms, layer {1000 * layer_seconds:.3f} ms")

# %% [markdown]
# A graph of 6,107 nodes for ten neurons and one small image: right, and far too slow for training. The
# remedy is to let whole arrays be the nodes, and to derive one backward formula for each *layer*.
# That is the subject of the next notebooks.

# %% [markdown]
# ## What this cannot tell you
#
# - **Memory.** The backward pass needs the forward values: the slope of a product is the other factor.
#   They have to be kept until they are used, and for a large network this, not time, is the limit.
# - **Long chains.** A recursive function goes one level deeper for each node of a path, and Python stops at about
#   a thousand levels. Larger graphs need a list of their own in place of recursion, or nodes that are arrays.
# - **Changed values.** If a kept array is written into after the forward pass, the slopes change
#   behind the graph's back. Here every operation makes a new number, so this cannot happen; with arrays
#   it can, and notebook 05 shows a case.
# - **Whether the derivative is useful.** The sum over paths may be a product of many small slopes, and
#   vanish, or of many large ones, and explode. Notebook 06 measures it.
#
# **In short.** You can now differentiate any formula from its graph: slopes multiply along a path
# and add between paths; $dv_i = \sum_j \frac{\partial v_j}{\partial v_i} dv_j$, from the end, each
# node after all that use it; in layers, $dx = J^T dy$. Where people go wrong: `=` for `+=`, a
# gradient that is passed on before all shares have arrived, the slope of a product taken as the
# factor itself.
#
# **In other libraries.** `Value` is PyTorch's `Tensor` in small: `.grad` is the same, and
# `backward()` too. PyTorch *accumulates* into `.grad` over several calls of `backward`, so training
# begins each step with `optimizer.zero_grad()`; ours starts each time from 0. Keras hides the graph
# in `fit`; TensorFlow, one of the libraries that it runs on, shows it as `tf.GradientTape`.
#
# **The best of others.** Andrej Karpathy, [micrograd](https://github.com/karpathy/micrograd) and
# its [lecture](https://karpathy.ai/zero-to-hero.html): the same class, live. Chris Olah, [Calculus
# on computational graphs](https://colah.github.io/posts/2015-08-Backprop/), the clearest pictures
# of forwards and backwards modes. 3Blue1Brown,
# [Backpropagation](https://www.3blue1brown.com/topics/neural-networks), for the eye.

# %% [markdown]
# ## Next
#
# [03 A dense layer on a batch](03_dense.ipynb): the same rule for a whole matrix of weights, and where
# its transposes come from.

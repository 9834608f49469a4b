"""A block that learns what to add to its input.  In plain words: `residual` in textbook.py."""

from tinynet.layers.layer import Layer
from tinynet.parameter import Parameter
from tinynet.types import Array, Shape


class Residual(Layer):
    """y = shortcut(x) + body(x); without a shortcut y = x + body(x).

    The gradient reaches x along both ways: dx = dshortcut + dbody, so that deep stacks learn.
    The body is a layer, mostly a Sequential; its parameters keep their names, the shortcut's
    begin with "shortcut.". Raises ValueError in build() if the two sides differ in shape.
    Source: He, Zhang, Ren and Sun, Deep residual learning (2016).
    """

    def __init__(self, body: Layer, shortcut: Layer | None = None) -> None:
        self.body = body
        self.shortcut = shortcut

    def children(self) -> dict[str, Layer]:
        return {"body": self.body} | ({"shortcut": self.shortcut} if self.shortcut else {})

    def parameters(self) -> dict[str, Parameter]:
        return {name.removeprefix("body."): p for name, p in super().parameters().items()}

    def declare(self, input_shape: Shape) -> Shape:
        added = self.body.declare(input_shape)
        kept = input_shape if self.shortcut is None else self.shortcut.declare(input_shape)
        if added != kept:
            raise ValueError(
                f"a Residual adds two arrays of one shape; its body makes {added} of "
                f"{input_shape}, the shortcut {kept}. Give it a shortcut that makes {added}."
            )
        return added

    def forward(self, x: Array, training: bool = False, keep: bool = False) -> Array:
        kept = x if self.shortcut is None else self.shortcut.forward(x, training, keep)
        return kept + self.body.forward(x, training, keep)

    def backward(self, dy: Array) -> Array:
        """dx = dy * dshortcut/dx + dy * dbody/dx: a sum forwards is a sum backwards."""
        kept = dy if self.shortcut is None else self.shortcut.backward(dy)
        return kept + self.body.backward(dy)

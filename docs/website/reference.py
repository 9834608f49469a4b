"""The API reference of a module, from its source: signatures as they are written, docstrings."""

import ast
import copy
from collections.abc import Iterator

from docs.website.docstrings import as_rst

OWN = ("tinynet", "mnist_app")
LONGEST_VALUE = 60
Function = ast.FunctionDef | ast.AsyncFunctionDef


def reference(module: str, source: str) -> str:
    """Everything public in a module, as directives of Sphinx's Python domain."""
    return "\n".join(Reference(module, source).lines)


class Reference:
    """One module's lines; `known` is the whole name of each name that it imports from ours."""

    def __init__(self, module: str, source: str) -> None:
        tree = ast.parse(source)
        self.source = source.splitlines()
        self.known = {
            alias.asname or alias.name: f"~{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in OWN
            for alias in node.names
        }
        self.lines = [f".. py:module:: {module}", "", *prose(tree, 0)]
        for node in tree.body:
            self.describe(node, 0)

    def describe(self, node: ast.stmt, depth: int) -> None:
        """One definition and what is inside it; nothing that is private."""
        if isinstance(node, ast.ClassDef) and public(node.name):
            self.describe_class(node, depth)
        elif isinstance(node, Function) and public(node.name):
            self.describe_function(node, depth)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            self.describe_value(node, depth)

    def describe_class(self, node: ast.ClassDef, depth: int) -> None:
        bases = [ast.unparse(base) for base in node.bases]
        error = any(base.endswith(("Error", "Exception", "Warning")) for base in bases)
        arguments = "" if error else f"({self.constructor(node)})"
        self.begin("exception" if error else "class", f"{node.name}{arguments}", depth)
        inner = "   " * (depth + 1)
        if bases and not error:
            names = (self.known.get(base, base) for base in bases)
            self.lines += [f"{inner}A {', '.join(f':py:obj:`{name}`' for name in names)}.", ""]
        self.lines += [inner + each for each in prose(node, 4 * depth + 4)]
        for each in node.body:
            self.describe(each, depth + 1)

    def describe_function(self, node: Function, depth: int) -> None:
        marks = {ast.unparse(each).split("(")[0] for each in node.decorator_list}
        if any(mark.endswith((".setter", "overload")) for mark in marks):
            return
        returns = "" if node.returns is None else self.annotation(node.returns)
        if marks & {"property", "functools.cached_property"}:
            self.begin("property", node.name, depth, f":type: {returns}")
        else:
            options = [f":{mark}:" for mark in ("classmethod", "staticmethod") if mark in marks]
            arguments = self.arguments(node, depth > 0 and "staticmethod" not in marks)
            arrow = f" -> {returns}" if returns else ""
            kind = "method" if depth else "function"
            self.begin(kind, f"{node.name}({arguments}){arrow}", depth, *options)
        self.lines += ["   " * (depth + 1) + each for each in prose(node, 4 * depth + 4)]

    def describe_value(self, node: ast.Assign | ast.AnnAssign, depth: int) -> None:
        """A constant, the name of a type, or an attribute; its comment says what it is."""
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if not isinstance(target, ast.Name) or not public(target.id):
            return
        options = []
        if isinstance(node, ast.AnnAssign):
            options.append(f":type: {self.annotation(node.annotation)}")
        if node.value is not None and len(ast.unparse(node.value)) <= LONGEST_VALUE:
            options.append(f":value: {ast.unparse(node.value)}")
        self.begin("attribute" if depth else "data", target.id, depth, *options)
        _, _, comment = self.source[node.lineno - 1].partition("  # ")
        if comment:
            self.lines += ["   " * (depth + 1) + each for each in as_rst(comment, 0)]

    def begin(self, kind: str, signature: str, depth: int, *options: str) -> None:
        indent = "   " * depth
        self.lines += ["", f"{indent}.. py:{kind}:: {signature}"]
        self.lines += [f"{indent}   {option}" for option in options] + [""]

    def constructor(self, node: ast.ClassDef) -> str:
        """The arguments of `__init__`, or the fields of a dataclass."""
        for each in node.body:
            if isinstance(each, ast.FunctionDef) and each.name == "__init__":
                return self.arguments(each, method=True)
        if not any("dataclass" in ast.unparse(mark) for mark in node.decorator_list):
            return ""
        return ", ".join(self.fields(node))

    def fields(self, node: ast.ClassDef) -> Iterator[str]:
        for each in node.body:
            if isinstance(each, ast.AnnAssign):
                default = "" if each.value is None else f" = {ast.unparse(each.value)}"
                yield f"{ast.unparse(each.target)}: {self.annotation(each.annotation)}{default}"

    def arguments(self, node: Function, method: bool) -> str:
        """What stands in the brackets, without `self` or `cls`."""
        given = copy.deepcopy(node.args)
        for each in [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]:
            if each is not None and each.annotation is not None:
                each.annotation = ast.Name(self.annotation(each.annotation))
        if method:
            (given.posonlyargs or given.args).pop(0)
        return ast.unparse(given)

    def annotation(self, node: ast.expr) -> str:
        """A type as it is written, in which our own names lead to their descriptions."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = ast.parse(node.value, mode="eval").body
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                each.id = self.known.get(each.id, each.id)
        return ast.unparse(node)


def public(name: str) -> bool:
    """Whether a name is meant for others."""
    return not name.startswith("_")


def prose(node: ast.Module | ast.ClassDef | Function, indent: int) -> list[str]:
    """The docstring of a definition."""
    return as_rst(ast.get_docstring(node) or "", indent)

// The formulas of the layers' docstrings as MathML, and what their letters mean.

import { element } from "./page.js";

const SYMBOLS = { gamma: "γ", beta: "β", epsilon: "ε", xhat: "x̂", dgamma: "dγ", dbeta: "dβ", "*": "·", "-": "−", "+=": "+=" };
const NAMES = new Set(("x y dx dy kernel bias dkernel dbias exp max mean sqrt gamma beta dgamma dbeta variance epsilon xhat " +
  "spread mask rate body shortcut dshortcut dbody L p z n i j k f c u v s h w H W C N").split(" "));
const BIG = { sum: "∑", max: "max" };

const LETTERS = {
  x: "what the layer gets", y: "what it makes", dx: "the loss's gradient by x", dy: "the loss's gradient by y, from the next layer",
  n: "the example; here is only one", c: "channel: which map of the input", f: "filter: which map of the output",
  i: "row of the output", j: "column of the output", h: "row of the input", w: "column of the input",
  u: "row in the window", v: "column in the window", s: "stride: how far the window moves",
  H: "rows", W: "columns", C: "channels", k: "each class in turn",
};
const OWN = {
  Dense: { i: "which input", j: "which unit" },
  Softmax: { j: "which class" },
  Flatten: { i: "row", j: "column", c: "map" },
};

// The formula as a node, with its letters explained below it.
export function formulaOf(text, kind) {
  const [formula, ...words] = text.split("; ");
  const letters = { ...LETTERS, ...OWN[kind] };
  const used = Object.keys(letters).filter((letter) => new RegExp(`(^|[^A-Za-z])${letter}([^A-Za-z]|$)`).test(formula));
  const legend = used.map((letter) => `${letter}: ${letters[letter]}`).join("; ");
  return element("div", { className: "formula", role: "group", "aria-label": "formula", tabIndex: 0 }, ...lines(formula),
    element("p", { className: "hint" }, [...words, legend].filter(Boolean).join(". "), "."));
}

// Parts of a formula, divided where a line may end.
const lines = (text) => text.split(/ (?=(?:\+?=|for|over|with) )/).flatMap((part) => [math(part), " "]);

function node(name, ...children) {
  const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", name);
  made.append(...children);
  return made;
}

export function math(text) {
  const tokens = text.match(/[A-Za-z]+_\{[^}]*\}|[A-Za-z]+_[a-z]\b|[A-Za-z]+|\d+(?:\.\d+)?|\.\.\.|\+=|\S/g);
  return node("math", ...row(tokens));
}

// The tokens up to a closing bracket, which is taken away.
function row(tokens) {
  const nodes = [];
  while (tokens.length) {
    const token = tokens.shift();
    if (token === "]") break;
    if (token === "[") nodes.push(node("msub", nodes.pop(), node("mrow", ...row(tokens))));
    else nodes.push(...atom(token));
  }
  return nodes;
}

function atom(token) {
  const [, big, below] = /^([a-z]+)_\{?([^}]*)\}?$/.exec(token) ?? [];
  if (big in BIG) {
    const operator = node("mo", BIG[big]);
    operator.setAttribute("movablelimits", "false");
    return [node("munder", operator, node("mrow", ...row(below.match(/[a-z]|,/g))))];
  }
  if (token === "sum") return [node("mo", "∑")];
  if (NAMES.has(token)) return [node("mi", SYMBOLS[token] ?? token)];
  if (/^[A-Za-z]/.test(token)) return [node("mtext", `\u00a0${token}\u00a0`)];
  if (/^\d/.test(token)) return [node("mn", token)];
  return [node("mo", SYMBOLS[token] ?? token)];
}

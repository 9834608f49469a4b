// A sum of products on the page: matrices where they are small, pictures where they are large.
// A number that comes from another layer is a button: it opens in its turn.

import { formulaOf } from "./formula.js";
import { largest } from "./maps.js";
import { digits, element } from "./page.js";
import { productsOf } from "./products.js";

const FIRST = 4; // groups that are shown before one asks for more
const MOST_NUMBERS = 7; // rows or columns of a matrix that is written in numbers
const WORDS = {
  x: "x, the input", kernel: "weight", dy: "dy, the gradient behind", "is the maximum": "is it the maximum?",
  "x > 0": "is x > 0?", "1": "1", slope: "its slope",
};

// `open(factor, card, index)` opens a number; `nameOf(card, index)` is what it is called.
export function sumOf(sum, name, layer, { open, nameOf }) {
  const view = { sum, open, nameOf };
  const nodes = [];
  const single = sum.groups.every((group) => group.a.length * group.a[0].length === 1);
  nodes.push(...(single ? [terms(view)] : groups(view)));
  if (sum.rest.groups) nodes.push(line(`${sum.rest.groups} smaller ones together`, sum.rest.total));
  if (sum.constant) nodes.push(line(sum.constant[0], sum.constant[1]));
  nodes.push(element("p", { className: "total" }, element("span", {}, name), element("span", {}, digits(sum.total))));
  nodes.push(element("p", { className: "hint" }, inWords(sum)));
  if (sum.formula) nodes.push(formulaOf(sum.formula, layer.kind));
  return element("div", { className: "sum" }, ...nodes);
}

function inWords({ products, nonzero, constant }) {
  const all = products === 1 ? "One product" : `${products.toLocaleString("en")} products`;
  const zeros = nonzero < products ? `; in ${(products - nonzero).toLocaleString("en")} of them a factor is 0, so they add nothing` : "";
  return `${all}${zeros}${constant ? "; and a constant" : ""}.`;
}

function line(label, value) {
  return element("p", { className: "group" }, element("b", {}, label, element("span", {}, digits(value))));
}

// A number that opens, if it stands somewhere: `side` is 0 or 1, the factor that it belongs to.
function number(view, group, side, row, column, text) {
  const index = placeOf(view.sum, group, side, row, column);
  if (!index) return text;
  const card = view.sum.cards[side];
  const button = element("button", { type: "button", className: "opens", title: `Open ${view.sum.factors[side] === "slope" ? "the slope of " : ""}${view.nameOf(card, index)}` }, text);
  button.addEventListener("click", () => view.open(view.sum.factors[side], card, index));
  return button;
}

function placeOf(sum, group, side, row, column) {
  const index = group.at[side]?.[row][column];
  return sum.cards[side] === null || !index || index[0] < 0 ? null : index;
}

// Each product is one line of a table.
function terms(view) {
  const { sum, nameOf } = view;
  const [a, b] = sum.factors.map((factor) => WORDS[factor] ?? factor);
  const rows = sum.groups.map((group) => {
    const [one, two] = [0, 1].map((side) => placeOf(sum, group, side, 0, 0));
    const label = one ? nameOf(sum.cards[0], one) : two ? nameOf(sum.cards[1], two) : group.label;
    const cells = [label, number(view, group, 0, 0, 0, digits(group.a[0][0], 4)),
      number(view, group, 1, 0, 0, digits(group.b[0][0], 4)), digits(group.total, 4)];
    return element("tr", {}, ...cells.map((cell) => element("td", {}, cell)));
  });
  const body = element("tbody", {}, ...rows.slice(0, 3 * FIRST));
  const table = element(
    "table", { className: "terms" },
    element("thead", {}, element("tr", {}, ...["from", a, `× ${b}`, "= product"].map((text) => element("th", { scope: "col" }, text)))),
    body,
  );
  return element("div", {}, table, ...more(rows, 3 * FIRST, body));
}

function groups(view) {
  const body = element("div");
  const rows = view.sum.groups.map((group) => () => matrices(view, group));
  body.append(...rows.slice(0, FIRST).map((make) => make()));
  return [body, ...more(rows, FIRST, body)];
}

export function more(rows, first, body) {
  if (rows.length <= first) return [];
  const button = element("button", { type: "button" }, `Show ${rows.length - first} more`);
  button.addEventListener("click", () => {
    body.append(...rows.slice(first).map((row) => (typeof row === "function" ? row() : row)));
    button.remove();
  });
  return [button];
}

function matrices(view, group) {
  const names = [0, 1].map((side) => factorName(view, group, side));
  const large = group.a.length > MOST_NUMBERS || group.a[0].length > MOST_NUMBERS;
  const head = element("b", {}, group.label, element("span", {}, digits(group.total)));
  if (large) {
    const open = (side, row, column, text) => number(view, group, side, row, column, text);
    return element("div", { className: "group" }, head, ...productsOf(group, names, open, more));
  }
  const parts = [[names[0], group.a, 0], [`× ${names[1]}`, group.b, 1], ["= products", group.products, null]];
  return element("div", { className: "group" }, head, element("div", { className: "product" },
    ...parts.map(([name, rows, side]) => element("div", {}, element("span", { className: "factor" }, name), numbers(view, group, rows, side)))));
}

// What a factor is, and on which map of which layer its numbers stand.
function factorName({ sum, nameOf }, group, side) {
  const factor = sum.factors[side];
  const index = sum.cards[side] === null ? null : group.at[side]?.flat().find((at) => at[0] >= 0);
  if (!index) return WORDS[factor] ?? factor;
  const [name] = nameOf(sum.cards[side], index).split("[");
  const map = index.length === 3 && name !== "pixel" ? `, map ${index[2]}` : "";
  return `${factor}: ${name}${map}`;
}

function numbers(view, group, rows, side) {
  const most = largest(rows.flat());
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(most || 1))); // the largest has three digits
  return matrix(rows, ([i, j], value) => {
    const text = decimals > 6 || !Number.isFinite(value) ? digits(value, 3) : value && value.toFixed(decimals).replace("-", "−");
    return side === null ? text : number(view, group, side, i, j, text);
  }, most);
}

// Rows of numbers as a table, each as deeply coloured as it is large; `cell(place, value)` is its node.
export function matrix(rows, cell, most) {
  return element("table", { className: "numbers" }, element("tbody", {}, ...rows.map((row, i) =>
    element("tr", {}, ...row.map((value, j) => {
      const made = element("td", { className: value < 0 ? "minus" : "plus", title: digits(value) }, cell([i, j], value));
      made.style.setProperty("--share", most ? Math.abs(value) / most : 0);
      return made;
    })),
  )));
}

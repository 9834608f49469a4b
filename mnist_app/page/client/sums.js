// A sum of products on the page: matrices where they are small, pictures where they are large.

import { largest, Maps } from "./maps.js";
import { digits, element } from "./page.js";

const FIRST = 4; // groups that are shown before one asks for more
const MOST_NUMBERS = 7; // rows or columns of a matrix that is written in numbers

export function sumOf(sum, name) {
  const nodes = [];
  if (sum.formula) nodes.push(element("code", { className: "formula" }, sum.formula));
  const single = sum.groups.every((group) => group.a.length * group.a[0].length === 1);
  nodes.push(...(single ? [terms(sum)] : groups(sum)));
  if (sum.rest.groups) {
    nodes.push(line(`${sum.rest.groups} smaller ones together`, sum.rest.total));
  }
  if (sum.constant) nodes.push(line(sum.constant[0], sum.constant[1]));
  const count = `${sum.products} product${sum.products === 1 ? "" : "s"}, ${sum.nonzero} not 0`;
  nodes.push(element("p", { className: "total" }, element("span", {}, name), element("span", {}, digits(sum.total))));
  nodes.push(element("p", { className: "hint" }, `The sum of ${count}${sum.constant ? ", and a constant" : ""}.`));
  return element("div", { className: "sum" }, ...nodes);
}

function line(label, value) {
  return element("p", { className: "group" }, element("b", {}, label, element("span", {}, digits(value))));
}

// Each product is one line of a table.
function terms(sum) {
  const [a, b] = sum.factors;
  const rows = sum.groups.map((group) =>
    element("tr", {}, ...[group.label, ...[group.a, group.b, group.products].map((it) => digits(it[0][0], 4))].map(
      (text) => element("td", {}, text),
    )),
  );
  const body = element("tbody", {}, ...rows.slice(0, 3 * FIRST));
  const table = element(
    "table", { className: "terms" },
    element("thead", {}, element("tr", {}, ...["", a, `× ${b}`, "="].map((text) => element("th", { scope: "col" }, text)))),
    body,
  );
  return element("div", {}, table, ...more(rows, 3 * FIRST, body));
}

function groups(sum) {
  const body = element("div");
  const rows = sum.groups.map((group) => () => matrices(group, sum.factors));
  body.append(...rows.slice(0, FIRST).map((make) => make()));
  return [body, ...more(rows, FIRST, body)];
}

function more(rows, first, body) {
  if (rows.length <= first) return [];
  const button = element("button", { type: "button" }, `Show ${rows.length - first} more`);
  button.addEventListener("click", () => {
    body.append(...rows.slice(first).map((row) => (typeof row === "function" ? row() : row)));
    button.remove();
  });
  return [button];
}

function matrices(group, [a, b]) {
  const rows = group.a.length;
  const columns = group.a[0].length;
  const draw = rows <= MOST_NUMBERS && columns <= MOST_NUMBERS ? numbers : picture;
  return element(
    "div", { className: "group" },
    element("b", {}, group.label, element("span", {}, digits(group.total))),
    element(
      "div", { className: "product" },
      factor(a, draw(group.a, a)), element("span", {}, "×"),
      factor(b, draw(group.b, b)), element("span", {}, "="),
      factor("products", draw(group.products, "product")),
    ),
  );
}

const factor = (name, node) => element("div", {}, element("span", { className: "factor" }, name), node);

export function numbers(rows) {
  const most = largest(rows.flat());
  return element("table", { className: "numbers" }, element("tbody", {}, ...rows.map((row) =>
    element("tr", {}, ...row.map((value) => {
      const cell = element("td", { className: value < 0 ? "minus" : "plus" }, digits(value, 3));
      cell.style.setProperty("--share", most ? Math.abs(value) / most : 0);
      return cell;
    })),
  )));
}

function picture(rows, name) {
  const maps = new Maps({ label: name, width: 112, height: 112 });
  maps.show({ shape: [rows.length, rows[0].length], values: Float32Array.from(rows.flat()) });
  return maps.node;
}

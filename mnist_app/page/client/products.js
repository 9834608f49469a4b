// A group of many products: both factors and the products as pictures, each place in figures.

import { Maps } from "./maps.js";
import { digits, element, place } from "./page.js";

const FIRST = 6; // products that are listed before one asks for more

// `names` are those of the two factors; `number(side, row, column, text)` gives a number that
// opens, if it stands somewhere; `more(rows, first, body)` a button for the rest of a list.
export function productsOf({ a, b, products }, names, number, more) {
  const told = element("p", { className: "figures", role: "status" });
  const pictures = [[names[0], a], [names[1], b], ["products", products]].map(([label, rows]) => {
    const maps = new Maps({ label, width: Math.min(128, (innerWidth - 130) / 3), height: 128, pick: (at) => choose(at) });
    maps.show({ shape: [rows.length, rows[0].length], values: Float32Array.from(rows.flat()) });
    return maps;
  });
  const factors = (i, j) => [number(0, i, j, digits(a[i][j])), number(1, i, j, digits(b[i][j]))];
  const choose = ([i, j]) => {
    pictures.forEach((maps) => maps.choose([i, j]));
    const [one, two] = factors(i, j);
    told.replaceChildren(`At ${place([i, j])}: `, one, " × ", two, ` = ${digits(products[i][j])}`);
  };
  const rows = products.flatMap((row, i) => row.map((product, j) => ({ i, j, product }))).filter(({ product }) => product !== 0)
    .sort((one, two) => Math.abs(two.product) - Math.abs(one.product));
  choose(rows.length ? [rows[0].i, rows[0].j] : [0, 0]);
  const lines = rows.map(({ i, j, product }) => () => element("tr", {}, ...[place([i, j]), ...factors(i, j), digits(product)].map((cell) => element("td", {}, cell))));
  const body = element("tbody", {}, ...lines.slice(0, FIRST).map((make) => make()));
  const heads = ["place", names[0], `× ${names[1]}`, "= product"].map((text) => element("th", { scope: "col" }, text));
  return [
    element("div", { className: "product large" }, ...pictures.map((maps, k) => element("div", {}, element("span", { className: "factor" }, ["", "× ", "= "][k], maps.label), maps.node))),
    told, element("p", { className: "hint" }, "Choose a place on one of the three pictures for its numbers. Below, the products that are not 0, the largest first."),
    element("table", { className: "terms" }, element("thead", {}, element("tr", {}, ...heads)), body), ...more(lines, FIRST, body),
  ];
}

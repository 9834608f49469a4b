// Which part of the picture spoke for the answer: the gap of two logits by place and by map.

import { unpack } from "./api.js";
import { Maps } from "./maps.js";
import { overlay } from "./overlay.js";
import { digits, element } from "./page.js";
import { more } from "./sums.js";

const FIRST = 5; // maps that are shown before one asks for more
const MOST_CELLS = 64; // of a grid with numbers over the picture

// `evidence` is the server's, of `image`; `before` is the same before the pen changed the picture, or
// null. `openPlace([i, j])` and `openMap(c)` open a place and a map.
export function evidenceOf(state, { evidence, answer, rival, logits, image }, before, { openPlace, openMap }) {
  if (!evidence) return [element("p", { className: "hint" }, "Which place of the picture spoke for it cannot be told as a sum: behind the last map there is more than dense layers, ReLUs and normalizations.")];
  const names = [answer, rival].map((k) => state.classes[k]);
  const layer = state.layers[evidence.card];
  const [rows, columns, count] = layer.shape;
  const grids = threeOf(unpack(evidence.places));
  const earlier = before ? threeOf(unpack(before.evidence.places))[2] : { values: [] };
  const most = Math.max(...[...grids, earlier].flatMap(({ values }) => [...values].map(Math.abs)));
  const name = evidence.card ? layer.name : "pixel";
  const figure = (grid, words, open = null, picture = image) => element("figure", {}, rows * columns > MOST_CELLS
    ? plain(grid, most, name, open ? 280 : 120, open)
    : overlay(picture, grid, evidence.seen, { most, label: open ? `${name}, place` : words, open }),
  element("figcaption", {}, words));
  const gap = (of) => digits(of[answer] - of[rival], 4);
  const size = evidence.seen && rows * columns <= MOST_CELLS ? ` Each cell stands in the middle of the ${evidence.seen[0][0][1] - evidence.seen[0][0][0] + 1} × ${evidence.seen[1][0][1] - evidence.seen[1][0][0] + 1} pixels that it sees.` : "";
  return [
    element("h3", {}, "Which part of the picture spoke?"),
    element("div", { className: "evidence" }, figure(grids[2], `for ${names[0]} (orange), for ${names[1]} (blue)`, openPlace),
      element("div", {}, ...(before
        ? [figure(earlier, `before the pen changed it: the difference was ${gap(before.logits)}, and is ${gap(logits)}`, null, before.image)]
        : [figure(grids[0], `to logit ${names[0]}`), figure(grids[1], `to logit ${names[1]}`)]))),
    element("p", { className: "hint" }, `All ${(rows * columns * count).toLocaleString("en")} numbers of ${evidence.card ? layer.name : "the picture"}${evidence.card ? ", the last map" : ""}, each times its slope, added up place by place. With the biases they are exactly the logits' difference: behind them each layer is linear, since this picture has opened or shut each ReLU.${size} One scale for all pictures. Choose a ${evidence.card ? "cell" : "pixel"}.`),
    table(names, evidence, logits, [answer, rival], threeOf(unpack(evidence.maps)), name, openMap),
  ];
}

// The three rows of an array (3, ...): for the answer, for the rival, and their difference.
function threeOf({ shape, values }) {
  const size = values.length / 3;
  return [0, 1, 2].map((k) => ({ shape: shape.slice(1), values: values.slice(k * size, (k + 1) * size) }));
}

function plain(grid, most, label, side, pick) {
  const maps = new Maps({ label, width: side, height: side, pick });
  maps.show(grid, most);
  return maps.node;
}

function table(names, { total, biases, card }, logits, [answer, rival], maps, name, openMap) {
  const row = (head, numbers, className = "") => element("tr", { className }, element("th", { scope: "row" }, head),
    ...numbers.map((value, k) => element("td", k === 2 ? { className: value < 0 ? "minus" : "plus" } : {}, digits(value, 4))));
  const order = [...maps[2].values.keys()].sort((one, two) => Math.abs(maps[2].values[two]) - Math.abs(maps[2].values[one]));
  const rows = order.map((c) => {
    const button = element("button", { type: "button", className: "opens", title: "Open its places" }, `${name}, map ${c}`);
    button.addEventListener("click", () => openMap(c));
    return row(button, maps.map(({ values }) => values[c]));
  });
  const body = element("tbody", {}, ...(rows.length > 1 ? rows.slice(0, FIRST) : []));
  const [button] = more(rows, FIRST, body);
  const foot = element("tbody", {}, ...(button ? [element("tr", {}, element("td", { colSpan: 4 }, button))] : []),
    row(card ? "all maps, all places" : "all pixels", total),
    ...Object.entries(biases).map(([layer, values]) => row(`bias of ${layer}`, values)),
    row("sum: the logits", [logits[answer], logits[rival], logits[answer] - logits[rival]], "whole"));
  const heads = ["from", `to ${names[0]}`, `to ${names[1]}`, "difference"].map((text) => element("th", { scope: "col" }, text));
  return element("table", { className: "taken shares" }, element("thead", {}, element("tr", {}, ...heads)), body, foot);
}

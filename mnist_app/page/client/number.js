// A number, followed back through layers that only pass one number on, to the sum that it is.

import { MOVED, nameOf, origin } from "./layers.js";
import { Maps } from "./maps.js";
import { digits, element } from "./page.js";
import { sumOf } from "./sums.js";

export const SIDE = Math.min(215, (innerWidth - 60) / 2); // of a map and of the picture, beside each other
const MOST_BOXES = 12; // the largest groups of a sum, marked where they come from

// `found` is the server's answer; `open(factor, card, index)` opens a number of the sum,
// `picture(card, index)` shows a map large, `input` is the picture itself.
export function followed(state, { steps, seen }, { open, picture, input }) {
  const name = (step) => nameOf(state, step.card, step.index);
  const end = steps.at(-1);
  const nodes = steps.slice(0, -1).filter((step) => !MOVED.includes(state.layers[step.card].kind)).map(
    (step) => passed(state, step, steps[steps.indexOf(step) + 1], name),
  );
  if (nodes.length) nodes.push(element("h3", {}, `${name(end)} = ${digits(end.value)}`));
  const pictures = [];
  if (end.index.length === 3) pictures.push(picture(end.card, end.index));
  if (end.card && seen) pictures.push(window28(input, seen));
  if (pictures.length) nodes.push(element("div", { className: "pictures" }, ...pictures));
  if (!end.card) nodes.push(element("p", { className: "hint" }, "A pixel of the network's input: 0 is paper, 1 is ink."));
  else if (end.sum) nodes.push(sumOf(end.sum, name(end), state.layers[end.card], { open, nameOf: (card, index) => nameOf(state, card, index) }));
  else nodes.push(element("p", { className: "hint" }, `${state.layers[end.card].formula}: no sum of products.`));
  if (state.layers[end.card].kind === "Residual") {
    nodes.push(element("p", { className: "hint" }, "A block of layers: what is inside of its body does not open here."));
  }
  steps.from = end.sum ? boxesOf(state, end.sum) : [null, []];
  const [from, boxes] = steps.from;
  if (from !== null && boxes.length > 1) {
    nodes.push(element("p", { className: "hint" }, `The boxes on ${state.layers[from].name} show where the largest ${boxes.length} come from.`));
  }
  return { steps, nodes };
}

// In words, what a layer did to its one number.
function passed(state, step, before, name) {
  const kind = state.layers[step.card].kind;
  const it = element("b", {}, `${name(before)} = ${digits(before.value)}`);
  const words = {
    ReLU: () => [it, before.value > 0 ? " is above 0: ReLU passes it on." : " is not above 0: ReLU makes it 0."],
    Sigmoid: () => ["1 / (1 + exp(−x)) of ", it, "."],
    MaxPool: () => [it, ` is the largest of its window: ${step.sum.groups[0].a.flat().map((value) => digits(value, 3)).join(", ")}.`],
    BatchNormalization: () => [it, `, times ${digits(step.sum.groups[0].b[0][0], 4)} (gamma / spread), plus ${digits(step.sum.constant[1], 4)}: normalized.`],
  };
  return element("p", { className: "passed" }, ...words[kind]());
}

// The part of the input that a number sees.
export function window28(input, [top, bottom, left, right]) {
  const maps = new Maps({ label: "input", width: SIDE, height: SIDE });
  maps.show(input);
  maps.box([{ rows: [top, bottom], columns: [left, right] }]);
  return element("div", {}, maps.node, element("p", { className: "hint" },
    `What it sees of the picture: rows ${top} to ${bottom}, columns ${left} to ${right}.`));
}

// Where the largest groups of a sum come from: [card, boxes on its maps].
function boxesOf(state, sum) {
  const [card] = sum.cards;
  if (card === null) return [null, []];
  let from = card;
  const boxes = [];
  for (const group of sum.groups.slice(0, MOST_BOXES)) {
    const places = (group.at[0] ?? []).flat().filter((index) => index[0] >= 0);
    if (!places.length) continue;
    const moved = places.map((index) => origin(state, card, index));
    from = moved[0][0];
    const there = moved.map(([, index]) => index);
    const ends = (axis) => [Math.min(...there.map((it) => it[axis])), Math.max(...there.map((it) => it[axis]))];
    boxes.push(there[0].length === 1 ? { map: there[0][0] } : { map: there[0][2], rows: ends(0), columns: ends(1) });
  }
  return [from, boxes];
}

// The view "Inside": every number of every layer, and the products that it is the sum of.

import { ask, unpack } from "./api.js";
import { Cards, derived, meaning, nameOf, notebook } from "./layers.js";
import { Maps, oneMap } from "./maps.js";
import { followed, SIDE } from "./number.js";
import { attempt, digits, element, valueAt } from "./page.js";
import { Trail } from "./trail.js";
import { NAME, softmaxCard, whyTable } from "./why.js";

const $ = (id) => document.getElementById(id);
let state = null;
let seen = ""; // the version of the state and the kind of numbers that are on the page
let winners = {};
let arrays = [];
let cards = null;
let trail = null;

export function start(shared) {
  state = shared;
  trail = new Trail($("inside-detail"));
  document.querySelectorAll('input[name="shown"]').forEach((input) => input.addEventListener("change", () => attempt(show)));
  $("why").addEventListener("click", () => attempt(() => trail.home("Why?", () => why(), true)));
}

const kind = () => document.querySelector('input[name="shown"]:checked').value;

export async function show() {
  const now = `${state.version} ${kind()}`;
  if (now === seen) return;
  const answer = await ask(kind());
  arrays = answer.values.map(unpack);
  const values = kind() === "values";
  $("why").hidden = !values;
  if (values) {
    winners = Object.fromEntries(Object.entries(answer.winners).map(([k, mask]) => [k, unpack(mask).values]));
    explain("Each layer has its own scale, from blue (below 0) over pale (0) to orange (above 0). Choose any number.");
  } else {
    const [first, second] = [answer.answer, answer.runner_up].map((k) => state.classes[k]);
    explain(`Saliency: how the answer hangs on each number. It is the gradient of logit ${first} minus logit ${second}, the answer minus the runner-up: orange numbers would strengthen the answer if they grew, blue ones weaken it.`);
  }
  const last = values ? softmaxCard(state, answer.softmax, (k) => attempt(() => trail.choose(...cell(state.logits, [k])))) : null;
  if (last) last.dataset.name = NAME;
  cards = new Cards($("inside-layers"), state, arrays, { last, pick: (k, index) => attempt(() => trail.choose(...cell(k, index))) });
  if (values) {
    await trail.home("Why?", () => why());
    $("inside-layers").scrollLeft = $("inside-layers").scrollWidth;
  } else {
    await trail.home("Saliency", () => [element("h2", {}, "Choose a number"), derived("10_mnist_app")]);
  }
  seen = now;
}

const explain = (text) => ($("inside-legend").textContent = text);

async function why(answer = null, rival = null) {
  const { label } = state.reading; // of a misread digit, the truth is the rival
  const truth = label !== state.reading.answer ? label : null;
  cards.mark(null);
  return [...whyTable(state, await ask("why", { answer, rival: rival ?? truth }), {
    choose: (one, two) => attempt(() => trail.home("Why?", () => why(one, two), true)),
    open: (index) => attempt(() => trail.open(...cell(state.logits - 1, index))),
    openLogit: (k) => attempt(() => trail.open(...cell(state.logits, [k]))),
  }), derived("04_softmax_cross_entropy")];
}

// A number's name and what makes its nodes, for the trail.
function cell(k, index) {
  return [nameOf(state, k, index), () => detail(k, index)];
}

async function detail(k, index) {
  const nodes = [element("h2", {}, `${nameOf(state, k, index)} = ${digits(valueAt(arrays[k], index))}`)];
  if (meaning(state, k)) nodes.push(element("p", { className: "hint" }, meaning(state, k)));
  if (kind() === "values") {
    const found = await ask("cell", { layer: k, index });
    const { steps, nodes: made } = followed(state, found, {
      open: (_, card, at) => attempt(() => trail.open(...cell(card, at))),
      picture: (card, at) => large(card, at), input: arrays[0],
    });
    nodes.push(...made);
    const end = steps.at(-1);
    cards.mark(k, index, ...steps.from);
    if (end.card && Object.keys(state.layers[end.card].parameters).some((name) => name.endsWith("kernel"))) {
      nodes.push(kernelButton(end.card, end.index.at(-1)));
    }
    nodes.push(notebook(state.layers[end.card]));
  } else {
    cards.mark(k, index);
    if (index.length === 3) nodes.push(large(k, index));
    nodes.push(notebook(state.layers[k]));
  }
  return nodes;
}

// The map that the number is on, large, with dots where a pool has taken the maximum.
function large(k, index) {
  const map = index[2];
  const taken = kind() === "values" && winners[k];
  const dots = taken ? oneMap({ shape: state.layers[k].shape, values: taken }, map).values : null;
  const maps = new Maps({
    label: `${state.layers[k].name}, map ${map}, `, width: SIDE, height: SIDE, dots,
    pick: ([row, column]) => attempt(() => trail.open(...cell(k, [row, column, map]))),
  });
  maps.show(oneMap(arrays[k], map));
  maps.choose(index.slice(0, 2));
  const words = `Map ${map} of ${state.layers[k].name}, on a scale of its own.${taken ? " A dot: a maximum that the next layer's pool takes." : ""}`;
  return element("div", {}, maps.node, element("p", { className: "hint" }, words));
}

function kernelButton(k, unit) {
  const button = element("button", { type: "button" }, "Show all weights that lead here");
  button.addEventListener("click", () => attempt(async () => {
    const { kernel } = await ask("kernel", { layer: k, unit });
    const maps = new Maps({ label: `kernel of ${state.layers[k].name} for ${unit}, `, width: 400, height: 400, pick: () => {} });
    maps.show(unpack(kernel));
    button.replaceWith(element("h3", {}, "Weights"), maps.node);
  }));
  return button;
}

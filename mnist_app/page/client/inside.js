// The view "Inside": every number of every layer, and the products that it is the sum of.

import { ask, unpack } from "./api.js";
import { cards, notebook, openDetail } from "./layers.js";
import { Maps, oneMap } from "./maps.js";
import { attempt, digits, element, place } from "./page.js";
import { sumOf } from "./sums.js";

const $ = (id) => document.getElementById(id);
let state = null;
let seen = ""; // the version of the state and the kind of numbers that are on the page
let winners = {};
let arrays = [];

export function start(shared) {
  state = shared;
  document.querySelectorAll('input[name="shown"]').forEach((input) => input.addEventListener("change", () => attempt(show)));
}

const kind = () => document.querySelector('input[name="shown"]:checked').value;

export async function show() {
  const now = `${state.version} ${kind()}`;
  if (now === seen) return;
  const answer = await ask(kind());
  arrays = answer.values.map(unpack);
  if (kind() === "values") {
    winners = Object.fromEntries(Object.entries(answer.winners).map(([k, mask]) => [k, unpack(mask).values]));
    explain("Each layer has its own scale, from blue (below 0) over pale (0) to orange (above 0). Choose any number.");
  } else {
    explain(`The gradient of logit ${answer.answer} minus logit ${answer.runner_up}, the answer minus the runner-up: orange numbers would strengthen the answer if they grew, blue ones weaken it.`);
  }
  cards($("inside-layers"), state.layers, arrays, { pick: (k, index) => attempt(() => detail(k, index)) });
  openDetail($("inside-detail"), [element("h2", {}, "Choose a number"), element("p", { className: "hint" },
    "Click on any map, or go there with Tab and the arrow keys and press Enter. Here you will see the map large, and the sum that the number is.")], false);
  seen = now;
}

const explain = (text) => ($("inside-legend").textContent = text);

async function detail(k, index) {
  const layer = state.layers[k];
  const nodes = [element("h2", {}, `${layer.name}${place(index)} = ${digits(value(arrays[k], index))}`)];
  if (layer.shape.length === 3) nodes.push(large(k, index));
  if (kind() === "values") {
    const cell = await ask("cell", { layer: k, index });
    if (cell.sum) nodes.push(sumOf(cell.sum, `${layer.name}${place(index)}`));
    else nodes.push(element("p", { className: "hint" }, k ? layer.formula : "A pixel: 0 is paper, 1 is ink."));
    if (k && Object.keys(layer.parameters).some((name) => name.endsWith("kernel"))) {
      nodes.push(kernelButton(k, index.at(-1)));
    }
  }
  nodes.push(notebook(layer));
  openDetail($("inside-detail"), nodes);
}

const value = (array, index) => array.values[index.reduce((sum, at, axis) => sum * array.shape[axis] + at, 0)];

// The map that the number is on, large, with dots where a pool has taken the maximum.
function large(k, index) {
  const map = index[2];
  const taken = kind() === "values" && winners[k];
  const dots = taken ? oneMap({ shape: state.layers[k].shape, values: taken }, map).values : null;
  const maps = new Maps({
    label: `${state.layers[k].name}, map ${map}, `, width: 290, height: 290, dots,
    pick: ([row, column]) => attempt(() => detail(k, [row, column, map])),
  });
  maps.show(oneMap(arrays[k], map));
  maps.choose(index.slice(0, 2));
  const words = taken ? "Map " + map + ", on a scale of its own. A dot: a maximum that the next layer's pool takes." : `Map ${map}, on a scale of its own.`;
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

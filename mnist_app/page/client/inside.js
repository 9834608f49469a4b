// The view "Inside": every number of every layer, and the products that it is the sum of.

import { ask, unpack } from "./api.js";
import { evidenceOf } from "./evidence.js";
import { Cards, derived, meaning, nameOf, notebook } from "./layers.js";
import { Maps, oneMap } from "./maps.js";
import { followed, SIDE, window28 } from "./number.js";
import { attempt, digits, element, valueAt } from "./page.js";
import { sumOf } from "./sums.js";
import { Trail } from "./trail.js";
import { NAME, question, softmaxCard, whyLogits, whyUnits } from "./why.js";

const $ = (id) => document.getElementById(id);
let state = null;
let seen = ""; // the version of the state and the kind of numbers that are on the page
let winners = {};
let arrays = []; // the numbers of each layer
let slopes = []; // the gradient of logit[answer] − logit[rival] by each of them
let compared = { origin: -1 }; // the two classes of the question, and for which picture
let told = {}; // the last answer to the question
let before = null; // the one before the pen changed the picture
let cards = null;
let trail = null;

export function start(shared) {
  state = shared;
  trail = new Trail($("inside-detail"));
  document.querySelectorAll('input[name="shown"]').forEach((input) => input.addEventListener("change", () => attempt(show)));
  $("why").addEventListener("click", () => attempt(() => {
    state.asked = "why";
    return show();
  }));
}

const kind = () => document.querySelector('input[name="shown"]:checked').value;

// If the answer was asked for by a link or a button, it opens on a narrow screen too.
export async function show() {
  const asked = state.asked === "why";
  state.asked = "";
  $("before-step").hidden = !state.steps;
  if (asked) document.querySelector('input[value="values"]').checked = true;
  const now = `${state.version} ${kind()}`;
  if (now === seen) {
    if (asked) await trail.home("Why?", () => why(), true);
    return;
  }
  const { label, answer } = state.reading;
  if (compared.origin !== state.origin || ![compared.answer, compared.rival].includes(answer)) {
    compared = { origin: state.origin, answer: null, rival: label === answer ? null : label }; // of a misread digit, the truth is the rival
  }
  const found = await ask("values");
  arrays = found.values.map(unpack);
  winners = Object.fromEntries(Object.entries(found.winners).map(([k, mask]) => [k, unpack(mask).values]));
  if (kind() === "values") await showValues(found.softmax, asked);
  else await showSaliency(true);
  seen = now;
}

async function showValues(softmax, asked) {
  explain("Each layer has its own scale, from blue (below 0) over grey (0) to orange (above 0). Choose any number.");
  const last = softmaxCard(state, softmax, (k) => attempt(() => trail.choose(...cell(state.logits, [k]))));
  last.dataset.name = NAME;
  cards = new Cards($("inside-layers"), state, arrays, { last, pick });
  await trail.home("Why?", () => why(), asked);
  $("inside-layers").scrollLeft = $("inside-layers").scrollWidth;
}

async function showSaliency(anew = false) {
  const { answer, rival, slopes: packed } = await ask("saliency", compared);
  compared = { ...compared, answer, rival };
  slopes = packed.map(unpack);
  explain(`Saliency: how the answer hangs on each number. It is the ${gap()} by each number: orange numbers would speak for ${state.classes[answer]} if they grew, blue ones for ${state.classes[rival]}.`);
  cards = new Cards($("inside-layers"), state, slopes, { pick, before: "gradient by " });
  await trail.home("Saliency", saliency, !anew);
  $("inside-layers").scrollLeft = 0;
}

const pick = (k, index) => attempt(() => trail.choose(...cell(k, index)));
const explain = (text) => ($("inside-legend").textContent = text);
const gap = () => `gradient of logit ${state.classes[compared.answer]} minus logit ${state.classes[compared.rival]}`;

async function why(answer = compared.answer, rival = compared.rival) {
  cards.mark(null);
  const now = { ...(await ask("why", { answer, rival })), image: arrays[0], version: state.version, origin: state.origin };
  const same = ["answer", "rival", "origin"].every((name) => now[name] === told[name]);
  if (!same) before = null;
  else if (now.version !== told.version) before = told;
  told = now;
  compared = { ...compared, answer: told.answer, rival: told.rival };
  const choose = (one, two) => attempt(() => trail.home("Why?", () => why(one, two), true));
  const blank = state.reading.problem === "nothing drawn" ? [element("p", { className: "now-said" }, "Nothing is drawn: this is what the biases alone would say.")] : [];
  return [
    ...blank, ...whyLogits(state, told, { choose, openLogit: (k) => attempt(() => trail.open(...cell(state.logits, [k]))) }),
    ...evidenceOf(state, told, before, {
      openPlace: (place) => attempt(() => trail.open(...part(now, { place }))),
      openMap: (map) => attempt(() => trail.open(...part(now, { map }))),
    }),
    ...whyUnits(state, told, (index) => attempt(() => trail.open(...cell(state.logits - 1, index)))),
    derived("04_softmax_cross_entropy"),
  ];
}

// A place of the last map, or one of its maps, and its share of the difference, for the trail.
function part({ answer, rival, evidence: { card, seen: windows } }, asked) {
  const { place, map } = asked;
  const layer = state.layers[card];
  const name = place ? `place ${place.join(", ")} of ${layer.name}` : `${layer.name}, map ${map}`;
  return [name, async () => {
    const sum = await ask("why-part", { answer, rival, ...asked });
    cards.mark(null);
    if (place) cards.box(card, Array.from({ length: layer.shape[2] }, (_, c) => ({ map: c, rows: [place[0], place[0]], columns: [place[1], place[1]] })));
    else cards.box(card, [{ map, rows: [0, layer.shape[0] - 1], columns: [0, layer.shape[1] - 1] }]);
    const [one, two] = [answer, rival].map((k) => state.classes[k]);
    return [element("h2", {}, `${name}: ${digits(sum.total, 4)} of the difference`),
      ...(place && windows ? [window28(arrays[0], [...windows[0][place[0]], ...windows[1][place[1]]].map((pixel) => Math.min(27, Math.max(0, pixel))))] : []),
      element("p", { className: "hint" }, `Each number times its slope: how much the difference, logit ${one} minus logit ${two}, grows with it, through all units behind it that are open. What is above 0 speaks for ${one}, what is below for ${two}.`),
      sumOf(sum, name, layer, {
        open: (factor, k, at) => attempt(() => trail.open(...(factor === "slope" ? ways(answer, rival, k, at) : cell(k, at)))),
        nameOf: (k, at) => nameOf(state, k, at),
      })];
  }];
}

// The slope of a number: through which units it reaches the two logits, for the trail.
function ways(answer, rival, card, index) {
  const name = `slope of ${nameOf(state, card, index)}`;
  return [name, async () => {
    const sum = await ask("why-part", { answer, rival, slope: index });
    const layer = state.layers[sum.layer];
    cards.mark(card, index);
    return [element("h2", {}, `${name} = ${digits(sum.total)}`),
      element("p", { className: "hint" }, `How much logit ${state.classes[answer]} minus logit ${state.classes[rival]} grows with it: over each unit of ${layer.name}, the weight to that unit times the slope of the unit. A unit that its ReLU has shut has the slope 0; of an open one before the last layer, it is the difference of its two weights.`),
      sumOf(sum, name, layer, { open: () => {}, nameOf: () => "" })];
  }];
}

// A number's name and what makes its nodes, for the trail.
function cell(k, index) {
  return [nameOf(state, k, index), () => (kind() === "values" ? detail(k, index) : slope(k, index))];
}

async function detail(k, index) {
  const nodes = [element("h2", {}, `${nameOf(state, k, index)} = ${digits(valueAt(arrays[k], index))}`)];
  if (meaning(state, k)) nodes.push(element("p", { className: "hint" }, meaning(state, k)));
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
  return [...nodes, notebook(state.layers[end.card])];
}

// Where the saliency begins: the question, and the picture large.
function saliency() {
  const choose = (answer, rival) => attempt(async () => {
    compared = { ...compared, answer, rival };
    await showSaliency();
  });
  return [question(state, compared, choose, ["What would make it more ", " and less ", "?"]),
    element("p", { className: "hint" }, "The picture's own saliency. Orange: more ink there would speak for the first, blue: for the second. Try it: draw or rub there. But it is a slope: it holds for a little ink, and a whole stroke may switch ReLUs and do something else. Choose a pixel for its numbers."),
    gradientMap(0, [0, 0, 0], 400, false), derived("10_mnist_app")];
}

// A number, its gradient and their product.
function slope(k, index) {
  cards.mark(k, index);
  const [value, gradient] = [valueAt(arrays[k], index), valueAt(slopes[k], index)];
  const twins = [["its value", value], [`${gap()} by it`, gradient], ["value × gradient", value * gradient]];
  const what = k ? "" : "0 is paper, 1 is ink. ";
  return [element("h2", {}, nameOf(state, k, index)),
    element("dl", { className: "twins" }, ...twins.flatMap(([term, number]) => [element("dt", {}, term), element("dd", {}, digits(number))])),
    element("p", { className: "hint" }, `${what}The gradient says what a change would do: 0.1 more adds about ${digits(gradient / 10, 3)} to the difference of the logits. Value × gradient is what the number gives to it now, as long as every ReLU stays as it is.`),
    ...(index.length === 3 ? [gradientMap(k, index, 2 * SIDE)] : []), notebook(state.layers[k])];
}

// The gradients of one map, large; `chosen` marks the number.
function gradientMap(k, index, side, chosen = true) {
  const [row, column, map] = index;
  const maps = new Maps({
    label: `gradient by ${k ? `${state.layers[k].name}, map ${map}, ` : "pixel"}`, width: side, height: side,
    pick: ([i, j]) => attempt(() => trail.open(...cell(k, [i, j, map]))),
  });
  maps.show(oneMap(slopes[k], map));
  if (chosen) maps.choose([row, column]);
  return maps.node;
}

// The map that the number is on, large, with dots where a pool has taken the maximum.
function large(k, index) {
  const map = index[2];
  const taken = winners[k];
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

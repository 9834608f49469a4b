// The view "One step": loss, gradients on their way back, each beside its numerical twin, the step.

import { ask, unpack } from "./api.js";
import { Cards, derived, meaning, nameOf, notebook } from "./layers.js";
import { largest, Maps } from "./maps.js";
import { followed } from "./number.js";
import { attempt, digits, element, percent, place } from "./page.js";
import { sumOf } from "./sums.js";
import { Trail } from "./trail.js";

const $ = (id) => document.getElementById(id);
let state = null;
let seen = -1;
let step = null;
let cards = null;
let trail = null;
let shown = null; // the gradient that is open: { name, answer }
const HOME = "All gradients";

export function start(shared) {
  state = shared;
  trail = new Trail($("step-detail"));
  $("take").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(take);
  });
  $("step-undo").addEventListener("click", () => attempt(async () => {
    const { step: before } = await ask("undo");
    await showStep(before, true);
    $("taken").replaceChildren(element("p", { className: "hint" }, "The step is taken back, bit by bit."));
  }));
}

export async function show() {
  if (seen === state.version) return;
  seen = state.version;
  const classes = state.layers.at(-1).shape[0];
  $("labels").replaceChildren(...Array.from({ length: classes }, (_, label) => {
    const button = element("button", { type: "button", "aria-pressed": "false" }, state.classes[label]);
    button.addEventListener("click", () => attempt(() => choose(label)));
    return button;
  }));
  $("step-rest").hidden = true;
  $("loss").textContent = "–";
  $("taken").replaceChildren();
  if (state.reading.label !== null) await choose(state.reading.label);
}

async function choose(label) {
  $("taken").replaceChildren(element("p", { className: "hint" },
    "SGD takes rate · gradient away from each weight; Adam takes about the rate, whatever the gradient's size. The loss of this picture should fall. A rate that is too high makes it 0 at once, and spoils the weights for all other pictures: try 1, watch their share below, and undo."),
    derived("06_training"));
  await showStep(await ask("step", { label }));
}

// `again`: the weights have changed, and what is open stays open.
async function showStep(answer, again = false, before = null) {
  step = answer;
  [...$("labels").children].forEach((button, digit) => button.setAttribute("aria-pressed", String(digit === step.label)));
  $("loss").textContent = digits(step.loss);
  $("step-rest").hidden = false;
  $("step-undo").disabled = step.undo === 0;
  showProbabilities(before);
  const arrays = step.values.map(unpack);
  const place = $("step-layers").scrollLeft;
  cards = new Cards($("step-layers"), state, arrays, {
    pick: (k, index) => attempt(() => trail.choose(...gradient(k, index))),
    footer: (layer, k) => [
      element("p", { className: "hint" }, `norm of dL / d ${k ? "output" : "pixels"}: ${digits(step.norms[k], 4)}`),
      element("div", { className: "chips" }, ...Object.keys(layer.parameters ?? {}).map(chip)),
    ],
  });
  $("step-layers").scrollLeft = again ? place : $("step-layers").scrollWidth; // the gradient starts at the end
  const open = shown;
  if (again && trail.steps.length) await trail.refresh(before ? open : null);
  else await trail.home(HOME, home);
}

function home() {
  shown = null;
  cards.mark(null);
  return [element("h2", {}, "Choose a gradient"),
    element("p", {}, "Click on a number of a map: dL/d of that number. Or choose a kernel or a bias below a layer, and then a weight."),
    element("p", { className: "hint" }, "dL/d of a number: how much the loss L grows with it. Orange: it grows; blue: it falls. Each layer has its own scale."),
    element("p", { className: "hint" }, "norm: the length of a gradient, the root of the sum of its squares. It shows in one number how much gradient arrives at a layer.")];
}

// p and p - y; after a step also p before it.
function showProbabilities(before) {
  $("step-said").textContent = saying();
  document.querySelector("#view-step .now-words").textContent = step.undo ? `after ${steps()}: ${answered()}` : state.said();
  $("plain").textContent = plainly();
  const heads = before ? ["digit", "p before", "p", "p − y"] : ["digit", "p", "p − y"];
  $("p-head").replaceChildren(element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text))));
  $("p-minus-y").replaceChildren(...step.p_minus_y.map((gap, digit) => signed(digit, gap, before)));
}

// What the network says now, with the weights of the last step; and how it reads other pictures.
function saying() {
  const others = step.others === null ? "" : ` ${percent(step.others, 1)} of 300 other digits are read right.`;
  return `${step.undo ? `After ${steps()}` : "Now"}: ${answered()}.${others}`;
}

const steps = () => `${step.steps} step${step.steps === 1 ? "" : "s"}`;

function answered() {
  const p = Math.max(...step.probabilities.map((it) => (typeof it === "number" ? it : 0)));
  return p ? `${state.classes[step.probabilities.indexOf(p)]}, p = ${percent(p)}` : "no number";
}

// Why these probabilities are not those of the other views; what behaves otherwise than in training.
function plainly() {
  const { temperature } = state;
  const calibrated = temperature === 1 ? "" : `This p is the plain softmax of the logits, as in training. The other views divide the logits by the temperature ${digits(temperature, 3)} first, so that the network sounds as sure as it is right: their percentages differ a little. `;
  const still = state.layers.some(({ kind }) => kind === "BatchNormalization" || kind === "Dropout");
  return calibrated + (still ? "Batch normalization and dropout behave here as in prediction (running mean and variance, nothing dropped): a single picture has no spread of a batch." : "");
}

function signed(digit, gap, before) {
  const bar = element("b", { className: gap < 0 ? "minus" : "plus" });
  bar.style.width = typeof gap === "number" ? `${50 * Math.abs(gap)}%` : "0";
  const text = typeof gap === "number" && gap > 0 ? `+${digits(gap, 4)}` : digits(gap, 4);
  const shares = before ? [before[digit], step.probabilities[digit]] : [step.probabilities[digit]];
  return element("tr", { className: digit === step.label ? "best" : "" },
    element("th", { scope: "row" }, state.classes[digit]), ...shares.map((p) => element("td", {}, percent(p))),
    element("td", {}, element("div", { className: "bar" }, element("i", {}, bar), element("span", {}, text))));
}

function chip(name) {
  const button = element("button", { type: "button" }, `d${name.split(".").at(-1)}, norm ${digits(step.parameters[name].gradient_norm, 3)}`);
  button.setAttribute("aria-label", `gradient of ${name}`);
  button.addEventListener("click", () => attempt(() => trail.choose(...parameter(name))));
  return button;
}

// The gradient of a number of the picture or of a layer's output, for the trail.
function gradient(k, index) {
  const name = nameOf(state, k, index);
  return [`dL/d ${name}`, async (before) => {
    const layer = state.layers[k];
    const answer = await ask("value-gradient", { layer: k, index });
    const after = state.layers[k + 1];
    cards.mark(k, index);
    const intro = after ? [element("p", { className: "hint" }, `Backwards through ${after.name}:`)] : [starts(index[0])];
    return detail(name, answer, intro, after ?? layer, before, [value(k, index)]);
  }];
}

// Where the gradient starts.
function starts(k) {
  if (state.logits !== state.layers.length - 1) return element("p", { className: "hint" }, "The loss's own gradient starts here.");
  const y = k === step.label ? 1 : 0;
  return element("p", {}, `p − y = ${digits(step.probabilities[k])} − ${y} = ${digits(step.p_minus_y[k])}. p is the softmax of the logits; y is 1 for the true label, else 0. Here the gradient starts.`);
}

// A button to the number itself, the sum of the forward pass.
function value(k, index) {
  const button = element("button", { type: "button" }, "The number itself: what is it the sum of?");
  button.addEventListener("click", () => attempt(() => trail.open(...activation(k, index))));
  return element("p", {}, button);
}

// A number of the forward pass, for the trail.
function activation(k, index) {
  const name = nameOf(state, k, index);
  return [name, async () => {
    const found = await ask("step-cell", { layer: k, index });
    const { shape, values } = unpack(state.reading.image);
    const input = { shape, values: Float32Array.from(values, (ink) => ink / 255) };
    const { steps, nodes } = followed(state, found, {
      open: (_, card, at) => attempt(() => trail.open(...activation(card, at))), input,
      picture: () => "",
    });
    shown = null;
    cards.mark(k, index, ...steps.from);
    return [element("h2", {}, `${name} = ${digits(found.steps[0].value)}`),
      element("p", { className: "hint" }, meaning(state, k) || "A number of the forward pass, with the weights as they are now."),
      ...nodes, notebook(state.layers[steps.at(-1).card])];
  }];
}

const further = (factor, card, index) => attempt(() => trail.open(...(factor === "dy" ? gradient : activation)(card, index)));

// A parameter's gradients, those of one filter or unit at a time; one of them opens.
function parameter(name) {
  return [`gradient of ${name}`, async () => {
    const whole = unpack((await ask("parameter", { parameter: name })).gradient);
    shown = null;
    cards.mark(null);
    return [element("h2", {}, `The gradient of ${name}`), element("p", { className: "hint" },
      `${whole.shape.join(" × ")}, the norm is ${digits(step.parameters[name].gradient_norm)}. One scale for all of it. Choose a weight.`),
      ...choice(name, whole, null)];
  }];
}

// The gradients of a parameter to choose from; `at` is marked.
function choice(name, whole, at) {
  const k = state.layers.findIndex((it) => name in (it.parameters ?? {}));
  const units = whole.shape.at(-1);
  const kind = whole.shape.length === 4 ? "filter" : "unit";
  const titles = k >= state.logits ? state.classes.map((it) => `logit of ${it}`) : Array.from({ length: units }, (_, unit) => `${kind} ${unit}`);
  const select = element("select", { "aria-label": kind }, ...titles.map((title, unit) => new Option(title, unit)));
  const flat = whole.shape.length === 1;
  const maps = new Maps({
    label: `d${name}`, width: 400, height: 260, names: flat && k >= state.logits ? state.classes : null,
    pick: (index) => attempt(() => trail.open(...weight(name, flat ? index : [...index, Number(select.value)]))),
  });
  const most = largest(whole.values);
  const choose = () => maps.show(flat ? whole : ofUnit(whole, Number(select.value)), most);
  const largestUnit = strongest(whole);
  select.value = at ? at.at(-1) : largestUnit;
  select.addEventListener("change", choose);
  choose();
  if (at) maps.choose(flat ? at : at.slice(0, -1));
  const words = kind === "filter" ? "filter: which map of the output. " : "";
  return [...(flat ? [] : [element("p", {}, "Weights that lead to ", select, element("span", { className: "hint" }, ` ${words}${titles[largestUnit]} has the largest gradient.`))]), maps.node];
}

// The gradient of one weight, for the trail.
function weight(name, at) {
  return [`dL/d ${name}${place(at)}`, async (before) => {
    const layer = state.layers.find((it) => name in (it.parameters ?? {}));
    const answer = await ask("parameter-gradient", { parameter: name, index: at });
    cards.mark(null);
    const whole = unpack((await ask("parameter", { parameter: name })).gradient);
    const intro = [element("p", {}, gathers(layer, name))];
    return detail(`${name}${place(at)}`, answer, intro, layer, before, choice(name, whole, at));
  }];
}

// The weights that lead to one unit: (kh, kw, C) of a convolution, (in,) of a dense layer.
function ofUnit({ shape, values }, unit) {
  const count = shape.at(-1);
  const picked = new Float32Array(values.length / count);
  for (let k = 0; k < picked.length; k++) picked[k] = values[k * count + unit];
  return { shape: shape.slice(0, -1), values: picked };
}

// The unit with the largest gradient, where there is something to see.
function strongest({ shape, values }) {
  let most = 0;
  values.forEach((value, k) => {
    if (Math.abs(value) > Math.abs(values[most])) most = k;
  });
  return most % shape.at(-1);
}

// In words, what the gradient of a parameter is the sum of.
function gathers(layer, name) {
  const convolution = layer.kind === "Conv2D";
  if (name.endsWith(".kernel")) {
    return convolution
      ? "The kernel slides over the whole picture, so this weight is used at every place. Its gradient is the sum over all places of x, what it met there, times dy, the gradient that arrives there."
      : "This weight is used once: its gradient is x, what it met, times dy, the gradient of its unit.";
  }
  if (!name.endsWith(".bias")) return "It is used at every place of its map: its gradient is a sum over all of them.";
  return convolution ? "The bias is added at every place of its map: its gradient is the sum of all that arrives there." : "The bias is added once: its gradient is that of its unit.";
}

// `before` is what was open before the last step, if it is the same number.
function detail(name, answer, intro, layer, before, below) {
  const twins = [
    ["its value", answer.value], ["gradient, by backward", answer.gradient],
    ["numerical derivative", answer.numerical], ["relative error", answer.error],
  ].flatMap(([term, number]) => [element("dt", {}, term), element("dd", {}, digits(number, term === "relative error" ? 2 : 9))]);
  const tone = answer.verdict.startsWith("Equal") ? "good" : answer.smooth ? "bad" : "kink";
  const nodes = [element("h2", {}, `dL / d ${name}`)];
  if (before?.name === name) nodes.push(changed(before.answer, answer));
  shown = { name, answer };
  nodes.push(element("dl", { className: "twins" }, ...twins),
    element("p", { className: `verdict ${tone}` }, answer.verdict),
    element("p", { className: "hint" }, "Numerical derivative: (loss with the number 0.00001 larger − loss with it 0.00001 smaller) / 0.00002. Relative error: the difference of the two / the sum of their sizes."),
    ...intro);
  if (answer.sum) nodes.push(sumOf(answer.sum, `dL / d ${name}`, layer, { open: further, nameOf: (card, index) => nameOf(state, card, index) }));
  return [...nodes, ...below, notebook(layer)];
}

// What the last step did to the number that is open.
function changed(before, after) {
  const rows = [["value", before.value, after.value], ["its gradient", before.gradient, after.gradient]].map(([term, one, two]) => element("tr", {},
    element("th", { scope: "row" }, term), ...[one, two, typeof one === "number" && typeof two === "number" ? two - one : "–"].map((number) => element("td", {}, digits(number)))));
  return element("table", { className: "taken" }, element("thead", {}, element("tr", {}, ...["number", "before", "after", "change"].map(
    (text) => element("th", { scope: "col" }, text)))), element("tbody", {}, ...rows));
}

async function take() {
  const answer = await ask("take", { optimizer: $("optimizer").value, rate: $("rate").valueAsNumber || 0 });
  const { before, after, changes } = answer;
  await showStep(answer.step, true, before.probabilities);
  const names = Object.entries(changes);
  $("taken").replaceChildren(
    element("p", {}, element("b", {}, `Loss ${digits(before.loss)} → ${digits(after.loss)}`), ` after ${steps()}.`),
    table(["weights", "norm of their change", "of their norm"], names.map(([name, { change_norm: change, value_norm: size }]) => [
      changeButton(name), digits(change, 3), typeof change === "number" && size > 0 ? percent(change / size, 3) : "–"])),
    element("div", { id: "change" }),
  );
}

function table(head, rows) {
  return element("div", { className: "wide" }, element("table", { className: "taken" },
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, ...rows.map(([first, ...rest]) =>
      element("tr", {}, element("th", { scope: "row" }, first), ...rest.map((text) => element("td", {}, text)))))));
}

function changeButton(name) {
  const button = element("button", { type: "button", title: "Show the change as a picture" }, name);
  button.addEventListener("click", () => attempt(async () => {
    const maps = new Maps({ label: `change of ${name}`, width: 440, height: 300, pick: () => {} });
    maps.show(unpack((await ask("change", { parameter: name })).values));
    $("change").replaceChildren(element("h3", {}, `What the step added to ${name}`), maps.node);
  }));
  return button;
}

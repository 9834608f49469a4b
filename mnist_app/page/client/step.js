// The view "One step": loss, gradients on their way back, each beside its numerical twin, the step.

import { ask, unpack } from "./api.js";
import { gradient, home, parameter, view } from "./gradients.js";
import { Cards, derived } from "./layers.js";
import { Maps } from "./maps.js";
import { attempt, digits, element, percent } from "./page.js";
import { Trail } from "./trail.js";

const $ = (id) => document.getElementById(id);
let seen = -1; // the version of the state that is on the page
const HOME = "All gradients";

export function start(shared) {
  view.state = shared;
  view.trail = new Trail($("step-detail"));
  $("take").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(take);
  });
  $("step-undo").addEventListener("click", () => attempt(async () => {
    const { step: before } = await ask("undo");
    await showStep(before, true);
    $("taken").replaceChildren(element("p", { className: "hint" }, "The step is taken back: every weight is as before, to the last bit."));
  }));
}

export async function show() {
  if (seen === view.state.version) return;
  seen = view.state.version;
  const classes = view.state.layers.at(-1).shape[0];
  $("labels").replaceChildren(...Array.from({ length: classes }, (_, label) => {
    const button = element("button", { type: "button", "aria-pressed": "false" }, view.state.classes[label]);
    button.addEventListener("click", () => attempt(() => choose(label)));
    return button;
  }));
  $("step-rest").hidden = true;
  $("loss").textContent = "–";
  $("taken").replaceChildren();
  if (view.state.reading.label !== null) await choose(view.state.reading.label);
}

async function choose(label) {
  $("taken").replaceChildren(element("p", { className: "hint" },
    "SGD takes rate · gradient away from each weight; Adam takes about the rate, whatever the gradient's size. The loss of this picture should fall. A rate that is too high makes it 0 at once, and spoils the weights for all other pictures: try 1, watch how many of 300 others are still read right, and undo."));
  await showStep(await ask("step", { label }));
}

// `again`: the weights have changed, and what is open stays open.
async function showStep(answer, again = false, before = null) {
  view.step = answer;
  view.state.steps = view.step.undo;
  view.earlier = before;
  [...$("labels").children].forEach((button, digit) => button.setAttribute("aria-pressed", String(digit === view.step.label)));
  $("loss").textContent = digits(view.step.loss);
  $("step-rest").hidden = false;
  $("step-undo").disabled = view.step.undo === 0;
  showProbabilities(before);
  view.arrays = view.step.values.map(unpack);
  const place = $("step-layers").scrollLeft;
  view.cards = new Cards($("step-layers"), view.state, view.arrays, {
    before: "dL/d ",
    pick: (k, index) => attempt(() => view.trail.choose(...gradient(k, index))),
    footer: (layer, k) => [
      element("p", { className: "hint" }, `norm of dL / d ${k ? "output" : "pixels"}: ${digits(view.step.norms[k], 4)}`),
      element("div", { className: "chips" }, ...Object.keys(layer.parameters ?? {}).map(chip)),
    ],
  });
  $("step-layers").scrollLeft = again ? place : $("step-layers").scrollWidth; // the gradient starts at the end
  const open = view.shown;
  if (again && view.trail.steps.length) await view.trail.refresh(before ? open : null);
  else await view.trail.home(HOME, home);
}

// p and p - y; after a step also p before it.
function showProbabilities(before) {
  $("step-said").textContent = saying();
  document.querySelector("#view-step .now-words").textContent = view.step.undo ? `after ${steps()}: ${answered()}, the plain softmax` : view.state.said();
  $("plain").textContent = plainly();
  const heads = before ? ["digit", "p before", "p", "p − y"] : ["digit", "p", "p − y"];
  $("p-head").replaceChildren(element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text))));
  $("p-minus-y").replaceChildren(...view.step.p_minus_y.map((gap, digit) => signed(digit, gap, before)));
}

// What the network says now, with the weights of the last step; and how it reads other pictures.
function saying() {
  const others = view.step.others === null ? "" : ` ${percent(view.step.others, 1)} of 300 other digits are read right.`;
  return `${view.step.undo ? `After ${steps()}` : "Now"}: ${answered()}.${others}`;
}

const steps = () => `${view.step.steps} step${view.step.steps === 1 ? "" : "s"}`;

function answered() {
  const p = Math.max(...view.step.probabilities.map((it) => (typeof it === "number" ? it : 0)));
  return p ? `${view.state.classes[view.step.probabilities.indexOf(p)]}, p = ${percent(p)}` : "no number";
}

// Why these probabilities are not those of the other views; what behaves otherwise than in training.
function plainly() {
  const { temperature } = view.state;
  const calibrated = temperature === 1 ? "" : `This p is the plain softmax of the logits, as in training. The other views divide the logits by the temperature ${digits(temperature, 3)} first, so that the network sounds as sure as it is right: their percentages differ a little. `;
  const still = view.state.layers.some(({ kind }) => kind === "BatchNormalization" || kind === "Dropout");
  return calibrated + (still ? "Batch normalization and dropout behave here as in prediction (running mean and variance, nothing dropped): a single picture has no spread of a batch." : "");
}

function signed(digit, gap, before) {
  const bar = element("b", { className: gap < 0 ? "minus" : "plus" });
  bar.style.width = typeof gap === "number" ? `${50 * Math.abs(gap)}%` : "0";
  const text = typeof gap === "number" && gap > 0 ? `+${digits(gap, 4)}` : digits(gap, 4);
  const shares = before ? [before[digit], view.step.probabilities[digit]] : [view.step.probabilities[digit]];
  return element("tr", { className: digit === view.step.label ? "best" : "" },
    element("th", { scope: "row" }, view.state.classes[digit]), ...shares.map((p) => element("td", {}, percent(p))),
    element("td", {}, element("div", { className: "bar" }, element("i", {}, bar), element("span", {}, text))));
}

function chip(name) {
  const button = element("button", { type: "button" }, `d${name.split(".").at(-1)}, norm ${digits(view.step.parameters[name].gradient_norm, 3)}`);
  button.setAttribute("aria-label", `gradient of ${name}`);
  button.addEventListener("click", () => attempt(() => view.trail.choose(...parameter(name))));
  return button;
}

async function take() {
  const { others: earlier } = view.step;
  const answer = await ask("take", { optimizer: $("optimizer").value, rate: $("rate").valueAsNumber || 0 });
  const { before, after, changes } = answer;
  await showStep(answer.step, true, before.probabilities);
  const names = Object.entries(changes);
  const others = answer.step.others === null ? "" : ` Of 300 other digits ${percent(earlier, 1)} → ${percent(answer.step.others, 1)} are read right.`;
  $("taken").replaceChildren(
    element("p", {}, element("b", {}, `Loss ${digits(before.loss)} → ${digits(after.loss)}`), ` after ${steps()}.${others}`),
    element("details", {}, element("summary", {}, "How far each layer's weights moved"), table(["weights", "norm of the change", "share of the weights’ norm"], names.map(([name, { change_norm: change, value_norm: size }]) => [
      changeButton(name), digits(change, 3), typeof change === "number" && size > 0 ? percent(change / size, 3) : "–"])), element("div", { id: "change" }), derived("06_training")),
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

// The view "One step": loss, gradients on their way back, each beside its numerical twin, the step.

import { ask, unpack } from "./api.js";
import { cards, notebook, openDetail } from "./layers.js";
import { largest, Maps } from "./maps.js";
import { attempt, digits, element, percent, place } from "./page.js";
import { sumOf } from "./sums.js";

const $ = (id) => document.getElementById(id);
let state = null;
let seen = -1;
let step = null;

export function start(shared) {
  state = shared;
  $("take").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(take);
  });
  $("step-undo").addEventListener("click", () => attempt(async () => {
    const { step: before } = await ask("undo");
    showStep(before);
    $("taken").replaceChildren(element("p", { className: "hint" }, "The step is taken back, bit by bit."));
  }));
}

export async function show() {
  if (seen === state.version) return;
  seen = state.version;
  const classes = state.layers.at(-1).shape[0];
  $("labels").replaceChildren(...Array.from({ length: classes }, (_, label) => {
    const button = element("button", { type: "button", "aria-pressed": "false" }, String(label));
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
    "SGD takes rate · gradient away from each weight; Adam takes about the rate, whatever the gradient's size (notebook 06_training). The loss should fall. With a rate that is too high it overshoots: try, and undo."));
  showStep(await ask("step", { label }));
}

function showStep(answer) {
  step = answer;
  [...$("labels").children].forEach((button, digit) => button.setAttribute("aria-pressed", String(digit === step.label)));
  $("loss").textContent = digits(step.loss);
  $("step-rest").hidden = false;
  $("step-undo").disabled = step.undo === 0;
  showProbabilities(null);
  const arrays = step.values.map(unpack);
  cards($("step-layers"), state.layers, arrays, {
    pick: (k, index) => attempt(() => ofValue(k, index)),
    footer: (layer, k) => [
      element("p", { className: "hint" }, `norm of dL / d ${k ? "output" : "pixels"}: ${digits(step.norms[k], 4)}`),
      element("div", { className: "chips" }, ...Object.keys(layer.parameters ?? {}).map(chip)),
    ],
  });
  openDetail($("step-detail"), [element("h2", {}, "Choose a gradient"), element("p", { className: "hint" },
    "Click on a number of a map: dL/d of that number. Or choose a kernel or a bias, and then a weight. Orange: the loss grows with it; blue: it falls. Each layer has its own scale.")], false);
}

// p and p - y; after a step also p before it.
function showProbabilities(before) {
  const heads = before ? ["digit", "p before", "p", "p − y"] : ["digit", "p", "p − y"];
  $("p-head").replaceChildren(element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text))));
  $("p-minus-y").replaceChildren(...step.p_minus_y.map((gap, digit) => signed(digit, gap, before)));
}

function signed(digit, gap, before) {
  const bar = element("b", { className: gap < 0 ? "minus" : "plus" });
  bar.style.width = typeof gap === "number" ? `${50 * Math.abs(gap)}%` : "0";
  const text = typeof gap === "number" && gap > 0 ? `+${digits(gap, 4)}` : digits(gap, 4);
  const shares = before ? [before[digit], step.probabilities[digit]] : [step.probabilities[digit]];
  return element("tr", { className: digit === step.label ? "best" : "" },
    element("th", { scope: "row" }, String(digit)), ...shares.map((p) => element("td", {}, percent(p))),
    element("td", {}, element("div", { className: "bar" }, element("i", {}, bar), element("span", {}, text))));
}

function chip(name) {
  const button = element("button", { type: "button" }, `d${name.split(".").at(-1)}, norm ${digits(step.parameters[name].gradient_norm, 3)}`);
  button.setAttribute("aria-label", `gradient of ${name}`);
  button.addEventListener("click", () => attempt(() => parameter(name)));
  return button;
}

async function ofValue(k, index) {
  const layer = state.layers[k];
  const answer = await ask("value-gradient", { layer: k, index });
  const name = k ? `${layer.name}${place(index)}` : `pixel${place(index)}`;
  const after = state.layers[k + 1];
  detail(name, answer, after ? [element("p", { className: "hint" }, `Backwards through ${after.name}:`)] : [
    element("p", { className: "hint" }, "This is where the gradient starts: p − y for logits.")], after ?? layer);
}

// A parameter's gradients, those of one filter or unit at a time; one of them opens.
async function parameter(name) {
  const whole = unpack((await ask("parameter", { parameter: name })).gradient);
  const layer = state.layers.find((it) => name in (it.parameters ?? {}));
  const units = whole.shape.at(-1);
  const kind = whole.shape.length === 4 ? "filter" : "unit";
  const select = element("select", { "aria-label": kind }, ...Array.from({ length: units }, (_, k) => new Option(`${kind} ${k}`, k)));
  const maps = new Maps({
    label: `d${name}`, width: 400, height: 260,
    pick: (index) => attempt(async () => {
      const at = whole.shape.length === 1 ? index : [...index, Number(select.value)];
      const answer = await ask("parameter-gradient", { parameter: name, index: at });
      detail(`${name}${place(at)}`, answer, [], layer, opened);
    }),
  });
  const most = largest(whole.values);
  const choose = () => maps.show(whole.shape.length === 1 ? whole : ofUnit(whole, Number(select.value)), most);
  select.value = strongest(whole);
  select.addEventListener("change", choose);
  choose();
  const opened = [element("h2", {}, `The gradient of ${name}`), element("p", { className: "hint" },
    `${whole.shape.join(" × ")}, the norm is ${digits(step.parameters[name].gradient_norm)}. One scale for all of it. Choose a weight.`)];
  if (whole.shape.length > 1) opened.push(element("p", {}, "Weights that lead to ", select));
  opened.push(maps.node);
  openDetail($("step-detail"), opened);
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

function detail(name, answer, intro, layer, above = []) {
  const twins = [
    ["its value", answer.value], ["gradient, by backward", answer.gradient],
    ["numerical derivative", answer.numerical], ["relative error", answer.error],
  ].flatMap(([term, number]) => [element("dt", {}, term), element("dd", {}, digits(number, term === "relative error" ? 2 : 9))]);
  const tone = answer.verdict.startsWith("Equal") ? "good" : answer.smooth ? "bad" : "kink";
  const nodes = [...above, element("h2", {}, `dL / d ${name}`), element("dl", { className: "twins" }, ...twins),
    element("p", { className: `verdict ${tone}` }, answer.verdict), ...intro];
  if (answer.sum) nodes.push(sumOf(answer.sum, `dL / d ${name}`));
  nodes.push(notebook(layer));
  openDetail($("step-detail"), nodes);
}

async function take() {
  const answer = await ask("take", { optimizer: $("optimizer").value, rate: $("rate").valueAsNumber || 0 });
  showStep(answer.step);
  const { before, after, changes } = answer;
  showProbabilities(before.probabilities);
  const names = Object.entries(changes);
  $("taken").replaceChildren(
    element("p", {}, element("b", {}, `Loss ${digits(before.loss)} → ${digits(after.loss)}`), ` after ${answer.step.steps} step${answer.step.steps === 1 ? "" : "s"}.`),
    table(["weights", "their change", "of their size"], names.map(([name, { change_norm: change, value_norm: size }]) => [
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

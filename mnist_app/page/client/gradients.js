// What opens in the view "One step": a gradient as its sum, beside its numerical twin.

import { ask, unpack } from "./api.js";
import { meaning, nameOf, notebook } from "./layers.js";
import { largest, Maps, oneMap } from "./maps.js";
import { followed } from "./number.js";
import { attempt, digits, element, place } from "./page.js";
import { sumOf } from "./sums.js";

// What the view shows; `shown` is the gradient that is open, { name, answer }, `earlier` p before
// the last step.
export const view = { state: null, step: null, arrays: [], cards: null, trail: null, shown: null, earlier: null };

export function home() {
  view.shown = null;
  view.cards.mark(null);
  return [element("h2", {}, "Choose a gradient"),
    element("p", {}, "Click on a number of a map: dL/d of that number. Or choose a kernel or a bias below a layer, and then a weight."),
    element("p", { className: "hint" }, "dL/d of a number: how much the loss L grows with it. Orange: it grows; blue: it falls. Each layer has its own scale."),
    element("p", { className: "hint" }, "norm: the length of a gradient, the root of the sum of its squares. It shows in one number how much gradient arrives at a layer.")];
}

// The gradient of a number of the picture or of a layer's output, for the trail.
export function gradient(k, index) {
  const name = nameOf(view.state, k, index);
  return [`dL/d ${name}`, async (before) => {
    const layer = view.state.layers[k];
    const answer = await ask("value-gradient", { layer: k, index });
    const after = view.state.layers[k + 1];
    view.cards.mark(k, index);
    const intro = after ? [element("p", { className: "hint" }, `Backwards through ${after.name}:`)] : [starts(index[0])];
    return detail(name, answer, intro, after ?? layer, before, [value(k, index), ...(index.length === 3 ? [large(k, index)] : [])]);
  }];
}

// The map of gradients that a number is on, large enough to choose another one.
function large(k, [row, column, map]) {
  const where = k ? `${view.state.layers[k].name}, map ${map}, ` : "pixel";
  const maps = new Maps({ label: `dL/d ${where}`, width: 400, height: 300, pick: ([i, j]) => attempt(() => view.trail.open(...gradient(k, [i, j, map]))) });
  maps.show(oneMap(view.arrays[k], map));
  maps.choose([row, column]);
  return maps.node;
}

// Where the gradient starts.
function starts(k) {
  if (view.state.logits !== view.state.layers.length - 1) return element("p", { className: "hint" }, "The loss's own gradient starts here.");
  const y = k === view.step.label ? 1 : 0;
  return element("p", {}, `p − y = ${digits(view.step.probabilities[k])} − ${y} = ${digits(view.step.p_minus_y[k])}. p is the softmax of the logits; y is 1 for the true label, else 0. Here the gradient starts.`);
}

// A button to the number itself, the sum of the forward pass.
function value(k, index) {
  const button = element("button", { type: "button" }, "The number itself: what is it the sum of?");
  button.addEventListener("click", () => attempt(() => view.trail.open(...activation(k, index))));
  return element("p", {}, button);
}

// A number of the forward pass, for the trail.
function activation(k, index) {
  const name = nameOf(view.state, k, index);
  return [name, async () => {
    const found = await ask("step-cell", { layer: k, index });
    const { shape, values } = unpack(view.state.reading.image);
    const input = { shape, values: Float32Array.from(values, (ink) => ink / 255) };
    const { steps, nodes } = followed(view.state, found, {
      open: (_, card, at) => attempt(() => view.trail.open(...activation(card, at))), input,
      picture: () => "",
    });
    view.shown = null;
    view.cards.mark(k, index, ...steps.from);
    return [element("h2", {}, `${name} = ${digits(found.steps[0].value)}`),
      element("p", { className: "hint" }, meaning(view.state, k) || "A number of the forward pass, with the weights as they are now."),
      ...nodes, notebook(view.state.layers[steps.at(-1).card])];
  }];
}

const further = (factor, card, index) => attempt(() => view.trail.open(...(factor === "dy" ? gradient : activation)(card, index)));

// A parameter's gradients, those of one filter or unit at a time; one of them opens.
export function parameter(name) {
  return [`gradient of ${name}`, async () => {
    const whole = unpack((await ask("parameter", { parameter: name })).gradient);
    view.shown = null;
    view.cards.mark(null);
    return [element("h2", {}, `The gradient of ${name}`), element("p", { className: "hint" },
      `${whole.shape.join(" × ")}, the norm is ${digits(view.step.parameters[name].gradient_norm)}. One scale for all of it. Choose a weight.`),
      ...choice(name, whole, null)];
  }];
}

// The gradients of a parameter to choose from; `at` is marked.
function choice(name, whole, at) {
  const k = view.state.layers.findIndex((it) => name in (it.parameters ?? {}));
  const units = whole.shape.at(-1);
  const kind = whole.shape.length === 4 ? "filter" : "unit";
  const titles = k >= view.state.logits ? view.state.classes.map((it) => `logit of ${it}`) : Array.from({ length: units }, (_, unit) => `${kind} ${unit}`);
  const select = element("select", { "aria-label": kind }, ...titles.map((title, unit) => new Option(title, unit)));
  const flat = whole.shape.length === 1;
  const maps = new Maps({
    label: `d${name}`, width: 400, height: 260, names: flat && k >= view.state.logits ? view.state.classes : null,
    pick: (index) => attempt(() => view.trail.open(...weight(name, flat ? index : [...index, Number(select.value)]))),
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
    const layer = view.state.layers.find((it) => name in (it.parameters ?? {}));
    const answer = await ask("parameter-gradient", { parameter: name, index: at });
    view.cards.mark(null);
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
  view.shown = { name, answer };
  nodes.push(element("dl", { className: "twins" }, ...twins),
    element("p", { className: `verdict ${tone}` }, answer.verdict),
    element("p", { className: "hint" }, "Numerical derivative: (loss with the number 0.00001 larger − loss with it 0.00001 smaller) / 0.00002. Relative error: the difference of the two / the sum of their sizes."),
    ...intro);
  if (answer.sum) nodes.push(sumOf(answer.sum, `dL / d ${name}`, layer, { open: further, nameOf: (card, index) => nameOf(view.state, card, index) }));
  return [...nodes, ...below, notebook(layer)];
}

// What the last step did to the number that is open.
function changed(before, after) {
  const { label, probabilities } = view.step;
  const rows = [["value", before.value, after.value], ["its gradient", before.gradient, after.gradient],
    [`p − y of ${view.state.classes[label]}, where it starts`, view.earlier[label] - 1, probabilities[label] - 1]].map(([term, one, two]) => element("tr", {},
    element("th", { scope: "row" }, term), ...[one, two, typeof one === "number" && typeof two === "number" ? two - one : "–"].map((number) => element("td", {}, digits(number)))));
  return element("table", { className: "taken" }, element("thead", {}, element("tr", {}, ...["number", "before", "after", "change"].map(
    (text) => element("th", { scope: "col" }, text)))), element("tbody", {}, ...rows));
}

// Why this digit and not that one: the softmax of the logits, and what each unit gave to the gap.

import { nameOf } from "./layers.js";
import { digits, element, percent } from "./page.js";
import { more } from "./sums.js";

export const NAME = "probabilities"; // of the card behind the last layer
const FIRST = 12; // rows that are shown before one asks for more

// One more card behind the last layer: logits, exp, probabilities.
export function softmaxCard(state, softmax, open) {
  const { logits, temperature, outputs, weights, sum, probabilities } = softmax;
  const best = probabilities.indexOf(Math.max(...probabilities));
  const rows = outputs.map((output, k) => element("tr", { className: k === best ? "best" : "" },
    ...[state.classes[k], opener(digits(output, 4), `Open the logit of ${state.classes[k]}`, () => open(k)), digits(weights[k], 3), percent(probabilities[k])].map(
      (cell, at) => element(at ? "td" : "th", at ? {} : { scope: "row" }, cell))));
  const warm = divided(temperature);
  const heads = logits ? ["class", "logit z", "e = exp", "p = e / sum"] : ["class", "output y", "y, at least 1e−7", "p = y / sum"];
  const table = element("table", { className: "taken" },
    element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, ...rows, element("tr", {}, element("th", { scope: "row" }, "sum"), element("td"), element("td", {}, digits(sum, 4)), element("td", {}, "100 %"))));
  const words = logits
    ? `e = exp((z − the largest z)${warm}). Without the largest, p would be the same, and exp too large for the computer.${warm ? ` Division by ${digits(temperature, 3)}, the temperature, makes the network sound as sure as it is right; training does without.` : ""}`
    : "Each output is between 0 and 1 on its own, and taken as at least 1e−7; divided by their sum, they are the probabilities.";
  return element("section", { className: "card layer last" }, element("h2", {}, NAME, element("small", {}, String(outputs.length))),
    element("p", { className: "kind" }, logits ? "softmax: from logits to probabilities" : "from outputs to probabilities"), table, element("p", { className: "hint" }, words));
}

function opener(text, title, act) {
  const button = element("button", { type: "button", className: "opens", title }, text);
  button.addEventListener("click", act);
  return button;
}

// Two logits and what their difference makes of the probabilities.
// `choose(answer, rival)` asks for other classes, `openLogit(k)` opens a logit.
export function whyLogits(state, why, { choose, openLogit }) {
  const { answer, rival, logits } = why;
  const gap = logits[answer] - logits[rival];
  return [question(state, why, choose, ["Why ", " and not ", "?"]), element("p", {}, `The logit of ${state.classes[answer]} is `, opener(digits(logits[answer], 4), "Open it", () => openLogit(answer)),
    `, that of ${state.classes[rival]} is `, element("span", { className: "whole-word" }, opener(digits(logits[rival], 4), "Open it", () => openLogit(rival)), "."), " ",
    state.logits < state.layers.length - 1 ? `Their difference is ${digits(gap, 4)}: the larger logit has the larger output.`
      : `Their difference, ${digits(gap)}, makes the one exp(${digits(gap)}${divided(state.temperature)}) = ${times(Math.exp(gap / state.temperature))} times as probable as the other.`)];
}

// The table of the last dense layer: what each unit gave to logit[answer] − logit[rival].
// `open(index)` opens a unit.
export function whyUnits(state, why, open) {
  const { answer, rival, units, card } = why;
  if (!units.length) return [];
  const rows = units.map(({ unit, value, weight, product }) => element("tr", {},
    element("th", { scope: "row" }, opener(nameOf(state, card - 1, [unit]), "Open this unit: what made it so large?", () => open([unit]))),
    ...[digits(value, 3), digits(weight, 3), digits(product, 3)].map((text, k) => element("td", k === 2 ? { className: product < 0 ? "minus" : "plus" } : {}, text))));
  const body = element("tbody", {}, ...rows.slice(0, FIRST));
  const foot = element("tbody", {},
    ...(why.silent ? [sumRow(`${why.silent} units that are 0`, 0)] : []),
    sumRow("difference of the biases", why.bias), sumRow("sum: the difference of the logits", why.difference, "whole"));
  const [button] = more(rows, FIRST, body);
  if (button) foot.prepend(element("tr", {}, element("td", { colSpan: 4 }, button)));
  return [element("h3", {}, "Which units spoke?"),
    element("p", { className: "hint" }, `Each unit adds its number × (its weight to ${state.classes[answer]} − its weight to ${state.classes[rival]}). Orange speaks for ${state.classes[answer]}, blue for ${state.classes[rival]}. Choose a unit to see what made it so large.`),
    element("table", { className: "taken why" }, element("thead", {}, element("tr", {}, ...["unit", "its number", "× weights’ gap", "= product"].map(
      (text) => element("th", { scope: "col" }, text)))), body, foot)];
}

const divided = (temperature) => (temperature === 1 ? "" : ` / ${digits(temperature)}`);

const times = (ratio) => (ratio >= 100 && ratio < 1e7 ? Number(ratio.toPrecision(3)).toLocaleString("en") : digits(ratio, 3));

function sumRow(text, value, className = "") {
  return element("tr", { className }, element("th", { scope: "row", colSpan: 3 }, text), element("td", {}, digits(value, 4)));
}

// The two classes that are compared, to be chosen, among these words.
export function question(state, { answer, rival }, choose, [before, between, after]) {
  const select = (chosen, other, label) => {
    const made = element("select", { "aria-label": label }, ...state.classes.map((name, k) => new Option(name, k, false, k === chosen)));
    made.options[other].disabled = true;
    return made;
  };
  const [one, two] = [select(answer, rival, "this class"), select(rival, answer, "and not this one")];
  for (const each of [one, two]) each.addEventListener("change", () => choose(Number(one.value), Number(two.value)));
  return element("h2", { className: "question" }, before, one, between, two, after);
}

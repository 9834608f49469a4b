// The view "Train and break": knobs, curves, what one sees while a network learns, bugs, the quiz.

import { ask, events, unpack } from "./api.js";
import { chart, histogram } from "./chart.js";
import { Maps, paintGrey } from "./maps.js";
import { attempt, complain, digits, element, percent } from "./page.js";

const $ = (id) => document.getElementById(id);
const RATES = { Adam: 0.002, SGD: 0.1 };
let state = null;
let source = null; // the news of the server
let curve = []; // [batch, loss, accuracy]
let validation = [];
let latest = null;
let kernels = null;

export function start(shared) {
  state = shared;
  const knobs = $("knobs");
  knobs.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => begin("train-set", settings()));
  });
  knobs.optimizer.addEventListener("change", () => (knobs.rate.value = RATES[knobs.optimizer.value]));
  for (const knob of ["network", "bug"]) {
    knobs[knob].addEventListener("change", () => {
      if (knob === "network") knobs.bug.value = "";
      attempt(() => begin("train-set", settings()));
    });
  }
  $("run").addEventListener("click", () => attempt(() => ask(latest?.running ? "train-pause" : "train-start")));
  $("batch").addEventListener("click", () => attempt(() => ask("train-batch")));
  $("use").addEventListener("click", () => attempt(async () => {
    const { network } = await ask("train-use");
    await state.offer(network);
    location.hash = "#draw";
  }));
  $("check").addEventListener("click", () => attempt(check));
  $("quiz").addEventListener("click", () => attempt(quiz));
  $("guess").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(answer);
  });
  new ResizeObserver(draw).observe($("loss-curve"));
}

export async function show() {
  if (!source) {
    await begin("train-set", settings());
    source = events(take);
  }
  draw();
}

function settings() {
  const { network, optimizer, rate, batch, scale, seed, shuffle, bug } = $("knobs");
  const numbers = Object.fromEntries([rate, batch, scale, seed].map((knob) => [knob.name, knob.valueAsNumber]));
  return { network: network.value, optimizer: optimizer.value, ...numbers, shuffle: shuffle.checked, bug: bug.value || null };
}

// While the server sets up another training, nothing may be asked of the old one.
async function begin(action, body) {
  const buttons = document.querySelectorAll("#view-train button");
  buttons.forEach((button) => (button.disabled = true));
  const answer = await ask(action, body).finally(() => buttons.forEach((button) => (button.disabled = false)));
  curve = [];
  validation = [];
  latest = null;
  kernels = null;
  const { bug } = $("knobs");
  const chosen = bug.value;
  bug.replaceChildren(new Option("nothing is broken", ""), ...options(answer.bugs));
  bug.value = chosen in answer.bugs ? chosen : "";
  $("guess").querySelector("select").replaceChildren(...options(answer.bugs));
  $("findings").replaceChildren();
  $("guess").hidden = true;
  $("verdict").hidden = true;
  return answer;
}

const options = (bugs) => Object.entries(bugs).map(([name, title]) => new Option(title, name));

function take(news) {
  if (news.start === 0) curve = validation = []; // another training, or the connection is a new one
  if (news.failed && news.failed !== latest?.failed) complain(new Error(news.failed));
  latest = news;
  curve = curve.concat(news.curve);
  validation = validation.concat(news.validation);
  if (!$("view-train").hidden) draw();
  if (news.look) look(news.look);
}

function draw() {
  if (!latest) return;
  const [batch, loss, accuracy] = validation.at(-1) ?? [0, "–", "–"];
  const now = curve.at(-1);
  const done = `Batch ${latest.batch}, epoch ${latest.epoch}.`;
  const words = now ? ` Loss of the batch ${digits(now[1], 4)}, of the validation ${digits(loss, 4)} (${percent(accuracy, 1)} right).` : " Not a step yet.";
  $("progress").textContent = latest.failed || done + words;
  $("run").textContent = latest.running ? "Pause" : "Start";
  const losses = [...curve, ...validation].map((point) => point[1]).filter((value) => typeof value === "number");
  const top = Math.min(Math.max(...losses, 0.1), 5);
  const pairs = (points, column) => points.map((point) => [point[0], point[column]]);
  chart($("loss-curve"), { batches: pairs(curve, 1), validation: pairs(validation, 1), low: 0, high: top });
  chart($("accuracy-curve"), { batches: pairs(curve, 2), validation: pairs(validation, 2), low: 0, high: 1 });
  const texts = [digits(loss, 4), percent(accuracy, 1)];
  document.querySelectorAll("#view-train .key").forEach((key, k) => {
    const last = now ? (k ? percent(now[2], 1) : digits(now[1], 4)) : "–";
    key.replaceChildren(element("i"), "batch ", element("b", {}, last), element("i", { className: "bold" }), "validation ", element("b", {}, texts[k]));
  });
  $("loss-curve").setAttribute("aria-label", `Loss over the batches; of the validation now ${digits(loss, 4)}`);
  $("accuracy-curve").setAttribute("aria-label", `Accuracy over the batches; of the validation now ${percent(accuracy, 1)}`);
}

function look({ kernels: packed, dead, ratios, histograms, mistakes }) {
  if (!kernels) {
    kernels = new Maps({ label: "kernel", width: 480, height: 320, pick: () => {} });
    $("kernels").replaceChildren(kernels.node);
  }
  kernels.show(unpack(packed));
  $("weights").replaceChildren(...Object.entries(histograms).map(([name, bins]) => {
    const canvas = element("canvas", { className: "histogram", role: "img", "aria-label": `from ${digits(bins.low, 3)} to ${digits(bins.high, 3)}` });
    histogram(canvas, bins);
    const cells = [name in ratios ? percent(ratios[name], 3) : "–", canvas].map((cell) => element("td", {}, cell));
    cells[1].append(element("div", { className: "hint" }, `${digits(bins.low, 2)} to ${digits(bins.high, 2)}`));
    return element("tr", {}, element("th", { scope: "row" }, name), ...cells);
  }));
  $("dead").textContent = `Dead units: ${Object.entries(dead).map(([name, share]) => `${name} ${percent(share, 0)}`).join(", ")}.`;
  $("mistakes").replaceChildren(...mistakes.map(({ image, label, answer, confidence }) => {
    const canvas = element("canvas", { role: "img", "aria-label": `a ${label}` });
    paintGrey(canvas, unpack(image), true);
    return element("figure", {}, canvas, element("figcaption", {}, `${answer}, not ${label}: ${percent(confidence, 0)}`));
  }));
}

async function check() {
  $("findings").replaceChildren(element("p", { className: "hint" }, "Checking…"));
  const { findings } = await ask("train-check");
  $("findings").replaceChildren(...findings.map(({ name, ok, text }) => element(
    "div", { className: `finding ${ok ? "good" : "bad"}` },
    element("i", {}, ok ? "✓" : "✗"), element("b", {}, name), element("span", {}, text))));
}

async function quiz() {
  await begin("quiz-start", {});
  $("knobs").bug.value = "";
  $("guess").hidden = false;
  tell("One bug is planted. Train, look, ask the checks: which one is it?", "");
  await ask("train-start");
}

async function answer() {
  const guess = $("guess").querySelector("select").value;
  const { right, title } = await ask("quiz-answer", { bug: guess });
  $("guess").hidden = true;
  tell(right ? `Right: ${title}.` : `No. It was: ${title}.`, right ? "good" : "bad");
}

function tell(words, tone) {
  $("verdict").hidden = false;
  $("verdict").className = `verdict ${tone}`;
  $("verdict").textContent = words;
}

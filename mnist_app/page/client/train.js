// The view "Train and break": knobs, curves, what one sees while a network learns, bugs, the quiz.

import { ask, events, unpack } from "./api.js";
import { chart, histogram } from "./chart.js";
import { largest, Maps, paintGrey } from "./maps.js";
import { attempt, complain, digits, element, percent } from "./page.js";
import { matrix } from "./sums.js";

const $ = (id) => document.getElementById(id);
const RATES = { Adam: 0.002, SGD: 0.1 };
let state = null;
let source = null; // the news of the server
let curve = []; // [batch, loss, accuracy]
let validation = [];
let latest = null;
let fresh = false; // whether there are news since the last training was asked for
let running = { knobs: "", bug: null };
let kernels = null;
let healthy = { points: [], of: "" }; // the validation of the last training without a bug, and its knobs
let checks = []; // what can be asked, in this order
const MOST_LOSS = 5; // on the chart: from there on it would only hide how a network learns
const MOST_POINTS = 4000; // of the curve: more are not seen

export function start(shared) {
  state = shared;
  const knobs = $("knobs");
  knobs.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => begin("train-set", settings()));
  });
  knobs.optimizer.addEventListener("change", () => (knobs.rate.value = RATES[knobs.optimizer.value]));
  for (const knob of ["network", "optimizer", "bug"]) {
    knobs[knob].addEventListener("change", () => {
      if (knob !== "bug") knobs.bug.value = "";
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
  $("loss-curve").fit = draw;
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
  keepHealthy();
  fresh = false;
  const answer = await ask(action, body).finally(() => buttons.forEach((button) => (button.disabled = false)));
  running = { knobs: knobsOf(answer.settings), bug: action === "quiz-start" ? "unknown" : body.bug };
  checks = answer.checks;
  $("kernel-words").textContent = answer.layers.some(({ kind }) => kind === "Conv2D")
    ? "Each picture is the kernel of one filter: the weights that it multiplies its window with."
    : `Each picture is the weights of one unit, one for each pixel of the image. The first 32 of ${answer.layers.find(({ kind }) => kind === "Dense").shape[0]} units are shown.`;
  if (!fresh) { // its first news may have come before this answer
    curve = validation = [];
    latest = null;
  }
  draw();
  const { bug } = $("knobs");
  const chosen = bug.value;
  bug.replaceChildren(new Option("nothing is broken", ""), ...options(answer.bugs));
  bug.value = chosen in answer.bugs ? chosen : "";
  $("guess").querySelector("select").replaceChildren(new Option("Which bug is it?", "", true), ...options(answer.bugs));
  const quiz = action === "quiz-start";
  bug.parentElement.hidden = quiz;
  $("quizzing").hidden = !quiz;
  $("quizzing").textContent = "Quiz: one bug is planted, and not told.";
  $("findings").replaceChildren();
  $("guess").hidden = true;
  $("verdict").hidden = true;
  return answer;
}

// All knobs but the bug: a healthy and a broken training are compared if these are the same.
const knobsOf = ({ network, optimizer, rate, batch, scale, shuffle, seed }) => JSON.stringify([network, optimizer, rate, batch, scale, shuffle, seed]);

function keepHealthy() {
  if (running.bug === null && validation.length > 1) healthy = { points: validation, of: running.knobs };
}

const behind = () => (running.bug !== null && healthy.of === running.knobs ? healthy.points : []);

const options = (bugs) => Object.entries(bugs).map(([name, title]) => new Option(title, name));

function take(news) {
  if (news.first) { // another training, or the connection is a new one
    curve = validation = [];
    kernels = null;
    fresh = true;
  }
  if (news.failed && news.failed !== latest?.failed) complain(new Error(news.failed));
  latest = news;
  curve = curve.concat(news.curve);
  if (curve.length > MOST_POINTS) curve = curve.filter((_, k) => k % 2);
  validation = validation.concat(news.validation);
  if (validation.length > MOST_POINTS) validation = validation.filter((_, k) => k % 2);
  if (!$("view-train").hidden) draw();
  if (news.look) look(news.look);
}

function draw() {
  if (!latest) return;
  const [batch, loss, accuracy] = validation.at(-1) ?? [0, "–", "–"];
  const now = curve.at(-1);
  const done = `Batch ${latest.batch}, epoch ${latest.epoch}.`;
  const words = now ? ` Loss of the batch ${digits(now[1], 4)}, of the validation ${digits(loss, 4)} (${percent(accuracy, 1)} right), measured after batch ${batch}.` : " Not a step yet.";
  $("progress").textContent = latest.failed || done + words;
  $("run").textContent = latest.running ? "Pause" : "Start";
  const losses = [...curve, ...validation].map((point) => point[1]).filter((value) => typeof value === "number");
  const most = Math.max(...losses, 0.1);
  const top = Math.min(most, MOST_LOSS);
  const pairs = (points, column) => points.map((point) => [point[0], point[column]]);
  chart($("loss-curve"), { batches: pairs(curve, 1), validation: pairs(validation, 1), healthy: pairs(behind(), 1), low: 0, high: top });
  chart($("accuracy-curve"), { batches: pairs(curve, 2), validation: pairs(validation, 2), healthy: pairs(behind(), 2), low: 0, high: 1 });
  const texts = [digits(loss, 4), percent(accuracy, 1)];
  document.querySelectorAll("#view-train .key").forEach((key, k) => {
    const last = now ? (k ? percent(now[2], 1) : digits(now[1], 4)) : "–";
    key.replaceChildren(element("i"), "batch ", element("b", {}, last), element("i", { className: "bold" }), "validation, measured at the dots ", element("b", {}, texts[k]),
      ...(behind().length ? [element("i", { className: "healthy" }), "validation without a bug"] : []),
      ...(!k && most > top ? [`. The chart ends at ${MOST_LOSS}: what lies on its top line is larger, up to ${digits(most, 3)}.`] : []));
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
  document.querySelectorAll(".as-of").forEach((line) => (line.textContent = `, after batch ${validation.at(-1)?.[0] ?? 0}`));
  $("weights").replaceChildren(...Object.entries(histograms).map(([name, bins]) => {
    const canvas = element("canvas", { className: "histogram", role: "img", "aria-label": `from ${digits(bins.low, 3)} to ${digits(bins.high, 3)}` });
    canvas.fit = () => histogram(canvas, bins);
    canvas.fit();
    const cells = [name in ratios ? percent(ratios[name], 3) : "–", canvas].map((cell) => element("td", {}, cell));
    cells[1].append(element("div", { className: "hint" }, `${digits(bins.low, 2)} to ${digits(bins.high, 2)}`));
    const [layer, own] = name.split(".");
    return element("tr", {}, element("th", { scope: "row" }, `${layer}.`, element("wbr"), own), ...cells);
  }));
  $("dead").textContent = `Dead units: ${Object.entries(dead).map(([name, share]) => `${name} ${percent(share, 0)}`).join(", ")}.`;
  $("mistakes").replaceChildren(...mistakes.map(({ image, label, answer, confidence }) => {
    const canvas = element("canvas", { role: "img", "aria-label": `a ${label}` });
    paintGrey(canvas, unpack(image), true);
    return element("figure", {}, canvas, element("figcaption", {}, `read as ${answer}, ${percent(confidence, 0)} sure; it is a ${label}`));
  }));
}

// One check after the other, each told as soon as it is known.
async function check() {
  const asked = running;
  $("findings").replaceChildren();
  for (const [k, name] of checks.entries()) {
    const wait = element("p", { className: "hint" }, `Check ${k + 1} of ${checks.length}: ${name}…`);
    $("findings").append(wait);
    const finding = await ask("train-check", { check: name }).finally(() => wait.remove());
    if (asked !== running) return;
    $("findings").append(told(finding));
  }
}

const told = ({ name, ok, text, corner }) => element(
  "div", { className: `finding ${ok ? "good" : "bad"}` },
  element("i", {}, ok ? "✓" : "✗"), element("b", {}, name), element("span", {}, text, ...(corner ? [beside(corner)] : [])));

// A corner of the gradient that is wrong, and what it should be.
function beside({ name, backward, numerical }) {
  const most = largest([...backward, ...numerical].flat());
  const part = (words, rows) => element("div", {}, element("span", { className: "factor" }, words), matrix(rows, (_, value) => digits(value, 3), most));
  return element("div", { className: "product" }, part(`${name}: backward`, backward), part("the difference quotients", numerical));
}

async function quiz() {
  await begin("quiz-start", {});
  $("guess").hidden = false;
  tell("", "One bug is planted. Start the training and look, or ask the checks: which bug is it?");
}

async function answer() {
  const select = $("guess").querySelector("select");
  if (!select.value) return tell("", "Choose a bug from the list first.");
  const { right, over, title, evidence, finding } = await ask("quiz-answer", { bug: select.value });
  if (!over) {
    const guess = select.selectedOptions[0].textContent;
    return tell("bad", `Not this one: ${guess}. The check “${finding.name}” would name it. What it says is this; does it fit?`, told(finding), "One more try.");
  }
  $("guess").hidden = true;
  $("quizzing").textContent = `Quiz, over: ${title}.`;
  $("findings").replaceChildren();
  tell(right ? "good" : "bad", `${right ? "Right" : "No. It was"}: ${title}. ${evidence} What its check says:`, told(finding));
}

function tell(tone, ...nodes) {
  $("verdict").hidden = false;
  $("verdict").className = `verdict ${tone}`;
  $("verdict").replaceChildren(...nodes);
}

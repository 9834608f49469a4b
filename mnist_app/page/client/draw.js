// The view "Draw": the pen, the answer, the bars, the stages.

import { ask, sendPicture, unpack } from "./api.js";
import { paintGrey } from "./maps.js";
import { attempt, complain, element, percent } from "./page.js";
import { Pen } from "./pen.js";

const $ = (id) => document.getElementById(id);
let state = null;
let pen = null;
let waiting = null; // strokes that came while the server was busy
let busy = false;
let named = null; // the classes that have bars

export function start(shared) {
  state = shared;
  pen = new Pen($("pad"), (strokes) => send(strokes));
  $("undo").addEventListener("click", () => pen.undo());
  $("clear").addEventListener("click", () => {
    state.origin += 1;
    pen.clear();
  });
  $("rubber").addEventListener("click", () => {
    pen.rubber = !pen.rubber;
    $("rubber").setAttribute("aria-pressed", String(pen.rubber));
  });
  $("sample").addEventListener("click", () => attempt(() => sample(false)));
  $("misread").addEventListener("click", () => attempt(() => sample(true)));
  $("to-why").addEventListener("click", () => (state.asked = "why"));
  $("file").addEventListener("click", () => $("file-input").click());
  $("file-input").addEventListener("change", (event) => take(event.target.files[0]));
  $("as-drawn").addEventListener("change", () => attempt(again));
  const pad = $("pad");
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      pad.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
    });
  }
}

function row(name) {
  const bar = element("div", { className: "bar" }, element("i", {}, element("b")), element("span", {}, "–"));
  return element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, bar));
}

const asDrawn = () => $("as-drawn").checked;

// One question at a time: while the server answers, only the newest drawing waits.
async function send(strokes) {
  waiting = { strokes: strokes.map(({ points }) => [...points]), rubber: strokes.map(({ rubber }) => rubber), over: pen.picture !== null };
  if (busy) return;
  busy = true;
  while (waiting) {
    const drawn = waiting;
    waiting = null;
    const reading = await attempt(() => ask("draw", { ...drawn, as_drawn: asDrawn() }));
    if (reading && !waiting) show(reading);
  }
  busy = false;
}

async function sample(misread) {
  const reading = await ask("sample", { misread });
  state.origin += 1;
  show(reading);
  showPicture(reading.image, true);
}

async function take(file) {
  if (!file) return;
  $("file-input").value = "";
  if (file.size > 2 ** 25) return complain(new Error("The file has more than 32 MiB; expected one picture."));
  const reading = await attempt(() => sendPicture(file, asDrawn()));
  if (!reading) return;
  state.origin += 1;
  show(reading);
  showPicture(reading.picture, false);
}

// A picture that was not drawn here.
function showPicture(packed, ink) {
  const canvas = element("canvas");
  paintGrey(canvas, unpack(packed), ink);
  pen.show(canvas);
}

// The same picture, read by another network or prepared in another way.
export async function again() {
  show(await ask("again", { as_drawn: asDrawn() }));
}

function show(reading) {
  state.reading = reading;
  state.changed();
  for (const line of ["answer", "answer-short"]) $(line).textContent = words(reading);
  $("to-why").hidden = reading.answer === null;
  $("to-why").textContent = reading.answer === null ? "" : `Why ${reading.problem ? "would it say " : ""}${state.classes[reading.answer]}? Look inside`;
  $("way").textContent = reading.problem ? explained(reading) : `The picture went in ${reading.way}.`;
  if (named !== state.classes) $("bars").replaceChildren(...state.classes.map(row));
  named = state.classes;
  $("bars").parentElement.classList.toggle("faint", reading.problem !== null);
  [...$("bars").rows].forEach((line, digit) => {
    const share = reading.problem ? 0 : (reading.probabilities[digit] ?? 0);
    line.classList.toggle("best", !reading.problem && digit === reading.answer);
    line.querySelector("b").style.width = `${100 * share}%`;
    line.querySelector("span").textContent = reading.problem ? "–" : percent(share);
  });
  const stages = reading.stages.length
    ? reading.stages
    : [{ title: "28 x 28", caption: "The network's input.", pixels: null }];
  $("stages").replaceChildren(...stages.map((stage) => figure(stage, reading)));
}

// Who found the problem.
function explained({ problem, answer, judge }) {
  if (problem === "nothing drawn") return "";
  return answer === null ? judge : `${judge} If it is one all the same, the chosen network takes it for a ${state.classes[answer]}.`;
}

function words(reading) {
  if (reading.problem === "nothing drawn") return "Draw a digit.";
  const truth = reading.label === null ? "" : ` (it is a ${state.classes[reading.label]})`;
  if (reading.problem === null) return `${reading.said}${truth}`;
  return `${reading.problem[0].toUpperCase()}${reading.problem.slice(1)}`;
}

function figure({ title, caption, pixels }, reading) {
  const canvas = element("canvas", { role: "img", "aria-label": title });
  if (pixels) paintGrey(canvas, unpack(pixels));
  else paintGrey(canvas, unpack(reading.image), true);
  return element("figure", {}, canvas, element("b", {}, title), element("span", {}, caption));
}

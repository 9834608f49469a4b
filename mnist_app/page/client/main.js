// The views over one state: a network, a picture, a label.  The address keeps the view.

import { ask, open, unpack } from "./api.js";
import * as draw from "./draw.js";
import * as inside from "./inside.js";
import { paintGrey } from "./maps.js";
import { attempt } from "./page.js";
import * as step from "./step.js";
import * as train from "./train.js";

const VIEWS = { draw, inside, step, train };

export const state = {
  layers: [], // of the network, the input first
  classes: [], // what its classes are called
  logits: 0, // on which card its logits are
  temperature: 1, // of its softmax, outside of training
  reading: null, // the last answer of the server to a picture
  steps: 0, // that were taken in "One step", on a network of its own
  asked: "", // "why" if a link asked for it, which then opens
  version: 0, // counts pictures and networks, so that a view knows when it is out of date
  origin: 0, // counts them too, but a picture that the pen changes stays the same one
  changed() {
    state.version += 1;
    state.steps = 0;
    for (const canvas of document.querySelectorAll(".now-picture")) {
      paintGrey(canvas, unpack(state.reading.image), true);
    }
    for (const line of document.querySelectorAll(".now-words")) line.textContent = state.said();
  },
  said() {
    const { answer, problem, said, label } = state.reading;
    const truth = label === null || label === answer ? "" : `; it is a ${state.classes[label]}`;
    return problem === null ? `read as ${said}${truth}` : answer === null ? problem : `no answer: ${problem}`;
  },
};

let at = ""; // the view that is on the screen

function shown() {
  const name = location.hash.slice(1);
  return name in VIEWS ? name : "draw";
}

function show() {
  const name = shown();
  for (const each of Object.keys(VIEWS)) {
    document.getElementById(`view-${each}`).hidden = each !== name;
    const link = document.querySelector(`nav a[href="#${each}"]`);
    if (each === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.querySelector(".network").hidden = name === "train"; // that view has networks of its own
  if (name !== at) scrollTo(0, 0);
  at = name;
  document.title = `${document.querySelector(`#view-${name} h1`).textContent} – tinynet`;
  return attempt(async () => VIEWS[name].show?.());
}

function describe(answer) {
  state.layers = answer.layers;
  state.classes = answer.classes;
  state.temperature = answer.temperature;
  const { kind } = answer.layers.at(-1);
  state.logits = answer.layers.length - (kind === "Sigmoid" || kind === "Softmax" ? 2 : 1);
  state.version += 1;
  state.origin += 1;
}

async function begin() {
  const answer = await open();
  describe(answer);
  const select = document.getElementById("network");
  select.replaceChildren(...answer.networks.map((name) => new Option(name, name)));
  const choose = async () => {
    describe(await ask("network", { network: select.value }));
    await draw.again();
    await show();
  };
  select.addEventListener("change", () => attempt(choose));
  state.offer = async (name) => {
    if (![...select.options].some((option) => option.value === name)) select.add(new Option(name, name));
    select.value = name;
    await choose();
  };
  for (const view of Object.values(VIEWS)) view.start(state);
  await draw.again();
  window.addEventListener("hashchange", show);
  let width = innerWidth;
  const fit = () => document.querySelectorAll("canvas").forEach((canvas) => canvas.fit?.());
  window.addEventListener("resize", () => {
    if (width !== innerWidth) fit();
    width = innerWidth;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", fit);
  await show();
  document.body.dataset.ready = "true";
}

attempt(begin);

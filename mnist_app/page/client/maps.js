// Arrays as pictures: maps (H, W, C) side by side, vectors as rows of cells, one scale for all.

import { digits, element, place, valueAt } from "./page.js";

const MOST_CELL = 22; // pixels

function channels(name) {
  const probe = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((start) => parseInt(probe.slice(start, start + 2), 16));
}

// The three colours of the scale, and faint ink, from the style sheet: dark mode has its own.
export function palette() {
  return { none: channels("--none"), plus: channels("--plus"), minus: channels("--minus"), ink: channels("--faint") };
}

export function colour(value, most, { none, plus, minus }) {
  if (!Number.isFinite(value)) return [200, 0, 200];
  const share = most > 0 ? Math.min(1, Math.abs(value) / most) : 0;
  const end = value >= 0 ? plus : minus;
  return none.map((from, k) => Math.round(from + (end[k] - from) * share));
}

export function largest(values) {
  let most = 0;
  for (const value of values) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return most;
}

// How an array lies on its canvas.  A vector is one map of rows of cells.
function arrange(shape, width, height) {
  const vector = shape.length === 1;
  const [rows, columns, count] = vector ? [1, 1, shape[0]] : [shape[0], shape[1], shape[2] ?? 1];
  const gap = vector ? 0 : 1;
  for (let cell = MOST_CELL; cell >= 1; cell--) {
    const fit = Math.floor((width / cell + gap) / (columns + gap));
    if (fit < 1 && cell > 1) continue;
    const across = Math.max(1, Math.min(count, vector && count > 10 ? Math.min(fit, 40) : fit));
    const down = Math.ceil(count / across);
    if (cell === 1 || (down * (rows + gap) - gap) * cell <= height) {
      return { vector, rows, columns, count, gap, cell, across, down };
    }
  }
  return null;
}

// A canvas with an array on it.  `pick` is called with the index of a number that is chosen.
export class Maps {
  // `names` are those of a vector's numbers, written below them.
  constructor({ label, width = 300, height = 360, pick = null, dots = null, names = null }) {
    this.room = { width, height };
    this.names = names;
    this.label = label;
    this.pick = pick;
    this.dots = dots;
    this.canvas = element("canvas", { className: "maps" });
    this.canvas.fit = () => this.fit();
    this.mark = element("span", { className: "mark", hidden: true });
    this.said = element("output", { className: "said" });
    this.frame = element("div", { className: "frame" }, this.canvas, this.mark);
    this.below = element("div", { className: "below", hidden: true });
    this.legend = element("div", { className: "legend" });
    this.node = element("div", { className: "picture" }, this.frame, this.below, this.legend, this.said);
    if (pick) {
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute("role", "application");
      this.canvas.addEventListener("click", (event) => this.choose(this.under(event), true));
      this.canvas.addEventListener("keydown", (event) => this.key(event));
    } else this.canvas.setAttribute("role", "img");
    this.canvas.addEventListener("pointermove", (event) => this.tell(this.under(event)));
    this.canvas.addEventListener("pointerleave", () => this.tell(this.chosen));
  }

  show(array, most = largest(array.values)) {
    this.array = array;
    this.most = most;
    this.chosen = null;
    this.boxes = [];
    this.fit();
    const shape = array.shape.join(" by ");
    const keys = this.pick ? "; arrow keys choose a number, Enter opens it" : "";
    this.canvas.setAttribute("aria-label", `${this.label}, ${shape}${keys}`);
    this.tell(null);
  }

  // Lays the array out in the room that there is, and paints it; also after the window has changed
  // its width or the page its colours.
  fit() {
    const { width, height } = this.room;
    const most = this.node.clientWidth || innerWidth - 76; // a card on a telephone
    this.layout = arrange(this.array.shape, Math.min(width, most), height);
    this.paint();
    this.legend.replaceChildren(...scale(this.array.values, this.most));
    this.box(this.boxes);
    this.mark.hidden = true;
    if (this.chosen) this.choose(this.chosen);
  }

  paint() {
    const { rows, columns, count, gap, cell, across, down } = this.layout;
    const canvas = this.canvas;
    canvas.width = across * (columns + gap) - gap;
    canvas.height = down * (rows + gap) - gap;
    canvas.style.width = `${canvas.width * cell}px`;
    canvas.style.height = `${canvas.height * cell}px`;
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, canvas.height);
    const colours = palette();
    const values = this.array.values;
    for (let map = 0; map < count; map++) {
      const top = Math.floor(map / across) * (rows + gap);
      const left = (map % across) * (columns + gap);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const [red, green, blue] = colour(values[(i * columns + j) * count + map], this.most, colours);
          const at = 4 * ((top + i) * canvas.width + left + j);
          image.data.set([red, green, blue, 255], at);
        }
      }
    }
    context.putImageData(image, 0, 0);
    this.drawDots();
    this.below.hidden = !this.names || down > 1;
    this.below.replaceChildren(...(this.below.hidden ? [] : this.names.map((name) => element("span", {}, name))));
    this.below.style.width = canvas.style.width;
  }

  // Boxes around places: { map, rows: [first, last], columns: [first, last] }, of a vector { map }.
  box(boxes) {
    this.boxes = boxes;
    this.frame.querySelectorAll(".box").forEach((box) => box.remove());
    const { rows: height, columns: width, gap, cell, across } = this.layout;
    for (const { map = 0, rows = [0, 0], columns = [0, 0] } of boxes) {
      const box = element("span", { className: "box" });
      box.style.left = `${((map % across) * (width + gap) + columns[0]) * cell}px`;
      box.style.top = `${(Math.floor(map / across) * (height + gap) + rows[0]) * cell}px`;
      box.style.width = `${(columns[1] - columns[0] + 1) * cell}px`;
      box.style.height = `${(rows[1] - rows[0] + 1) * cell}px`;
      this.frame.append(box);
    }
  }

  // On a large map: a dot on each number that the next layer's pool has taken.
  drawDots() {
    this.frame.querySelectorAll(".dot").forEach((dot) => dot.remove());
    if (!this.dots || this.layout.cell < 5) return;
    const { cell, columns } = this.layout;
    this.dots.forEach((taken, k) => {
      if (!taken) return;
      const dot = element("span", { className: "dot" });
      dot.style.left = `${(k % columns) * cell + cell / 2}px`;
      dot.style.top = `${Math.floor(k / columns) * cell + cell / 2}px`;
      this.frame.append(dot);
    });
  }

  // The index of the number under the pointer; beside a gap, of the one before it.
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const { rows, columns, count, gap, across, vector } = this.layout;
    const x = Math.floor(((event.clientX - box.left) / box.width) * this.canvas.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * this.canvas.height);
    const column = Math.min(columns - 1, x % (columns + gap));
    const row = Math.min(rows - 1, y % (rows + gap));
    const map = Math.floor(y / (rows + gap)) * across + Math.floor(x / (columns + gap));
    if (x < 0 || y < 0 || map >= count) return null;
    if (vector) return [map];
    return this.array.shape.length === 2 ? [row, column] : [row, column, map];
  }

  value(index) {
    return valueAt(this.array, index);
  }

  tell(index) {
    const name = index && this.names ? `, of ${this.names[index[0]]},` : "";
    this.said.textContent = index ? `${this.label}${place(index)}${name} = ${digits(this.value(index))}` : "\u00a0";
  }

  choose(index, opened = false) {
    if (!index) return;
    this.chosen = index;
    const { rows, columns, gap, cell, across, vector } = this.layout;
    const map = vector ? index[0] : (index[2] ?? 0);
    const [i, j] = vector ? [0, 0] : index;
    this.mark.hidden = false;
    this.mark.style.left = `${((map % across) * (columns + gap) + j) * cell}px`;
    this.mark.style.top = `${(Math.floor(map / across) * (rows + gap) + i) * cell}px`;
    this.mark.style.width = this.mark.style.height = `${cell}px`;
    this.tell(index);
    if (opened) this.pick(index);
  }

  key(event) {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const now = this.chosen ?? this.array.shape.map(() => 0);
    if (event.key === "Enter" || event.key === " ") this.choose(now, true);
    else if (event.key === "PageDown") this.choose(this.nextMap(now, 1));
    else if (event.key === "PageUp") this.choose(this.nextMap(now, -1));
    else if (steps[event.key]) this.choose(this.chosen ? this.moved(now, steps[event.key]) : now);
    else return;
    event.preventDefault();
  }

  moved(index, [down, right]) {
    const { vector, across, count, rows, columns } = this.layout;
    if (vector) return [Math.max(0, Math.min(count - 1, index[0] + right + down * across))];
    const i = Math.max(0, Math.min(rows - 1, index[0] + down));
    const j = Math.max(0, Math.min(columns - 1, index[1] + right));
    return [i, j, ...index.slice(2)];
  }

  nextMap(index, by) {
    const count = this.layout.count;
    const last = index.length - 1;
    if (this.layout.vector || last < 2) return index;
    return [...index.slice(0, last), (index[last] + by + count) % count];
  }
}

// The legend: the scale with its ends in numbers.  Blue is below zero, orange above.
export function scale(values, most) {
  let below = false;
  for (const value of values) if (value < 0) below = true;
  const bar = element("canvas", { className: "scale", width: 64, height: 1, role: "presentation" });
  const context = bar.getContext("2d");
  const colours = palette();
  for (let k = 0; k < 64; k++) {
    const share = below ? (k / 63) * 2 - 1 : k / 63;
    context.fillStyle = `rgb(${colour(share, 1, colours).join(" ")})`;
    context.fillRect(k, 0, 1, 1);
  }
  return [
    element("span", {}, below ? digits(-most, 3) : "0"),
    bar,
    element("span", {}, below ? `+${digits(most, 3)}` : digits(most, 3)),
  ];
}

// One map of an array (H, W, C), as (H, W).
export function oneMap({ shape, values }, map) {
  const [rows, columns, count] = shape;
  const picked = new values.constructor(rows * columns);
  for (let k = 0; k < picked.length; k++) picked[k] = values[k * count + map];
  return { shape: [rows, columns], values: picked };
}

// A grey picture (H, W) of bytes on a canvas; `ink` turns it, so that 255 is dark.
export function paintGrey(canvas, { shape, values }, ink = false) {
  [canvas.height, canvas.width] = shape;
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  values.forEach((value, k) => {
    const grey = ink ? 255 - value : value;
    image.data.set([grey, grey, grey, 255], 4 * k);
  });
  context.putImageData(image, 0, 0);
}

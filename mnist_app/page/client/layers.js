// The layers of the network, from left to right, each as a card with its numbers as maps.

import { Maps } from "./maps.js";
import { element, place } from "./page.js";

export const MOVED = ["Flatten", "Dropout"]; // their numbers are those of the layer before, moved

// The cards of all layers in `host`, with a row of buttons that lead to each.  `footer(layer, k)`
// gives more nodes for a card; `pick(k, index)` is called for a chosen number; `last` is one more card.
// `before` is said before the name of a number that is not the layer's own, such as "dL/d ".
export class Cards {
  constructor(host, state, arrays, { pick, footer = () => [], last = null, before = "" }) {
    this.host = host;
    this.drawn = state.layers.map((layer, k) => {
      const names = k >= state.logits ? state.classes : null;
      const array = arrays[k];
      const grey = !k && array.shape[2] === 1; // pixels have a row and a column, and no map
      const full = (index) => (grey ? [...index, 0] : index);
      const maps = new Maps({ label: `${before}${k ? layer.name : "pixel"}`, width: 300, height: 420, names, pick: (index) => pick(k, full(index)) });
      const card = element(
        "section", { className: "card layer" },
        element("h2", {}, layer.name, element("small", {}, layer.shape.join(" × "))),
        element("p", { className: "kind" }, k ? layer.title : before ? `${before}each pixel` : "the picture, 0 to 1"),
        maps.node, ...(k === state.logits ? [element("p", { className: "hint" }, meaning(state, k))] : []), ...footer(layer, k),
      );
      maps.show(grey ? { shape: array.shape.slice(0, 2), values: array.values } : array);
      return { maps, card, grey };
    });
    host.replaceChildren(...this.drawn.map(({ card }) => card), ...(last ? [last] : []));
    const names = [...state.layers.map((layer) => layer.name), ...(last ? [last.dataset.name] : [])];
    this.links = names.map((name, k) => this.link(name, () => this.lead(k, true)));
    this.turns = [["←", "Layers before", -1], ["→", "Layers behind", 1]].map(([text, title, by]) => {
      const button = this.link(text, () => host.scrollBy({ left: by * host.clientWidth }));
      button.title = title;
      return button;
    });
    host.previousElementSibling.replaceChildren(...this.links, element("span", { className: "turns" }, ...this.turns));
    host.onscroll = () => this.tell();
    host.sizes?.disconnect();
    host.sizes = new ResizeObserver(() => this.tell());
    host.sizes.observe(host);
  }

  link(name, act) {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", act);
    return button;
  }

  // Which layers are in view, and whether there are more to the left or to the right.
  tell() {
    const { scrollLeft, clientWidth, scrollWidth, children } = this.host;
    [...children].forEach((card, k) => {
      const left = card.offsetLeft - this.host.offsetLeft - scrollLeft;
      const inside = scrollWidth > clientWidth && left > -9 && left + card.offsetWidth < clientWidth + 9;
      this.links[k]?.classList.toggle("here", inside);
    });
    const more = [scrollLeft > 8, scrollLeft + clientWidth < scrollWidth - 8];
    this.turns.forEach((button, k) => (button.disabled = !more[k]));
    ["more-left", "more-right"].forEach((name, k) => this.host.classList.toggle(name, more[k]));
  }

  // Moves the card of a layer into view; upwards and downwards only if that was asked for.
  lead(k, wanted = false) {
    const card = this.host.children[k];
    const left = card.offsetLeft - this.host.offsetLeft;
    const { scrollLeft, clientWidth } = this.host;
    if (left < scrollLeft || left + card.offsetWidth > scrollLeft + clientWidth) this.host.scrollLeft = left + card.offsetWidth - clientWidth;
    if (wanted) card.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // Marks one number, and the numbers of another card that it is made of, as boxes of places.
  mark(k, index, from = null, boxes = []) {
    this.drawn.forEach(({ maps }, other) => {
      maps.mark.hidden = true;
      maps.box(other === from ? boxes : []);
    });
    if (k === null) return;
    this.drawn[k].maps.choose(this.drawn[k].grey ? index.slice(0, 2) : index);
    this.lead(k);
    if (from !== null) this.lead(from);
  }

  // Boxes on one card alone.
  box(k, boxes) {
    this.mark(null, null, k, boxes);
    this.lead(k);
  }
}

// Where a number was before a layer only moved it: [card, index].
export function origin(state, card, index) {
  const layer = state.layers[card];
  if (!MOVED.includes(layer.kind)) return [card, index];
  if (layer.kind === "Dropout") return origin(state, card - 1, index);
  const [, width, channels] = state.layers[card - 1].shape;
  if (width === undefined) return origin(state, card - 1, index);
  const [k] = index;
  return origin(state, card - 1, [Math.floor(k / (width * channels)), Math.floor(k / channels) % width, k % channels]);
}

// What a number is called: relu_2[0, 3, 12]; the logits by their class.
export function nameOf(state, card, index) {
  const [at, there] = origin(state, card, index);
  const name = at ? `${state.layers[at].name}${place(there)}` : `pixel${place(there.slice(0, 2))}`;
  return at >= state.logits ? `${name}, of ${state.classes[there[0]]}` : name;
}

// What the numbers of the last layers are.
export function meaning(state, card) {
  if (card < state.logits) return "";
  if (state.layers[card].kind === "Sigmoid" || state.layers[card].kind === "Softmax") return "Between 0 and 1, one for each class.";
  const next = card < state.layers.length - 1 ? state.layers[card + 1].name : "softmax";
  return `Logits: one number for each class, of any size. The largest is the answer; ${next} makes probabilities of them.`;
}

// Where a layer's formulas are derived, and how to open that notebook.
export function notebook(layer) {
  return layer.notebook ? derived(layer.notebook) : "";
}

export function derived(name) {
  return element("details", { className: "hint derived" }, element("summary", {}, `Derived in notebook ${name}`),
    "In the project's folder: ", element("code", {}, `jupyter lab tutorials/${name}.ipynb`));
}

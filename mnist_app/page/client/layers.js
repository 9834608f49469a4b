// The layers of the network, from left to right, each as a card with its numbers as maps.

import { Maps } from "./maps.js";
import { element } from "./page.js";

// `footer(layer, k)` gives more nodes for a card; `pick(k, index)` is called for a chosen number.
export function cards(host, layers, arrays, { pick, footer = () => [] }) {
  const drawn = layers.map((layer, k) => {
    const maps = new Maps({ label: layer.name, width: 280, height: 420, pick: (index) => chosen(k, index) });
    const card = element(
      "section", { className: "card layer" },
      element("h2", {}, layer.name, element("small", {}, layer.shape.join(" × "))),
      element("p", { className: "kind" }, k ? layer.title : "the picture, 0 to 1"),
      maps.node, ...footer(layer, k),
    );
    maps.show(arrays[k]);
    return { maps, card };
  });
  function chosen(k, index) {
    drawn.forEach(({ maps }, other) => (maps.mark.hidden = other !== k));
    pick(k, index);
  }
  host.replaceChildren(...drawn.map(({ card }) => card));
  return drawn.map(({ maps }) => maps);
}

export function notebook(layer) {
  if (!layer.notebook) return "";
  return element("p", { className: "hint" }, `Derived in tutorials/${layer.notebook}.ipynb.`);
}

// What was chosen, opened: beside the layers, or on a narrow screen in a sheet below.
export function openDetail(host, nodes, opened = true) {
  const close = element("button", { type: "button", className: "close" }, "Close");
  close.addEventListener("click", () => host.classList.remove("open"));
  host.classList.toggle("open", opened);
  host.replaceChildren(close, ...nodes);
  host.scrollTop = 0;
}

// A small grid of numbers drawn over the picture: each in the middle of what it sees.

import { colour, palette } from "./maps.js";
import { element } from "./page.js";

const SIDE = 28; // of the picture

// `grid` is { shape: [rows, columns], values }, `seen` first and last pixel of each row and column.
// `open([i, j])` makes buttons of the cells; without it they carry no numbers.
export function overlay(image, grid, seen, { most, label, open = null }) {
  const [rows, columns] = grid.shape;
  const [down, right] = [edges(seen?.[0], rows), edges(seen?.[1], columns)];
  const window = element("span", { className: "box", hidden: true });
  const cells = Array.from(grid.values, (value, k) => {
    const [i, j] = [Math.floor(k / columns), k % columns];
    const cell = open ? element("button", { type: "button", title: `${label} ${i}, ${j}: open its sum` }, signed(value, most)) : element("span");
    cell.className = `cell ${value < 0 ? "minus" : "plus"}`;
    cell.style.setProperty("--share", most ? Math.min(1, Math.abs(value) / most) : 0);
    put(cell, down[i], down[i + 1], right[j], right[j + 1]);
    if (!open) return cell;
    const show = (on) => () => {
      window.hidden = !on || !seen;
      if (seen) put(window, seen[0][i][0], seen[0][i][1] + 1, seen[1][j][0], seen[1][j][1] + 1);
    };
    for (const name of ["pointerenter", "focus"]) cell.addEventListener(name, show(true));
    for (const name of ["pointerleave", "blur"]) cell.addEventListener(name, show(false));
    cell.addEventListener("click", () => open([i, j]));
    return cell;
  });
  const role = open ? { role: "group", "aria-label": label } : { role: "img", "aria-label": label };
  return element("div", { className: "overlay", ...role }, ink(image), ...cells, window);
}

// Where the cells of one direction begin and end: halfway between the middles of what they see.
function edges(seen, count) {
  const middles = Array.from({ length: count }, (_, k) => (seen ? (seen[k][0] + seen[k][1] + 1) / 2 : (k + 0.5) * SIDE / count));
  const half = count > 1 ? (middles[1] - middles[0]) / 2 : SIDE / 2;
  return [middles[0] - half, ...middles.map((middle, k) => (k + 1 < count ? (middle + middles[k + 1]) / 2 : middle + half))];
}

function put(node, top, bottom, left, right) {
  const share = (pixels) => `${(100 * pixels) / SIDE}%`;
  Object.assign(node.style, { top: share(top), height: share(bottom - top), left: share(left), width: share(right - left) });
}

// At most five letters, for a grid whose largest number is `most`.
function signed(value, most) {
  const text = most < 0.05 ? Math.abs(value).toExponential(0).replace("e-", "e−") : Math.abs(value).toFixed(most < 10 ? 2 : 1);
  return Number(text) === 0 || value === 0 ? "0" : `${value < 0 ? "−" : "+"}${text}`;
}

// The picture, in the colours of the page, faint enough for numbers on it.
function ink({ values }) {
  const canvas = element("canvas", { width: SIDE, height: SIDE, role: "presentation" });
  canvas.fit = () => {
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(SIDE, SIDE);
    const colours = { ...palette(), plus: palette().ink };
    values.forEach((value, k) => pixels.data.set([...colour(value, 1, colours), 255], 4 * k));
    context.putImageData(pixels, 0, 0);
  };
  canvas.fit();
  return canvas;
}

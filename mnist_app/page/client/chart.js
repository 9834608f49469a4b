// A chart of a training: the batches as a thin line, the validation as dots on a thick one.

import { digits } from "./page.js";

const LEFT = 46;
const BOTTOM = 22;

// `healthy` is the validation of the same network before something was broken, in grey behind.
export function chart(canvas, { batches, validation, healthy, low, high }) {
  const style = getComputedStyle(document.documentElement);
  const [ink, line, accent] = ["--soft", "--line", "--accent"].map((name) => style.getPropertyValue(name));
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width) return;
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  const context = canvas.getContext("2d");
  context.scale(devicePixelRatio, devicePixelRatio);
  context.font = "12px system-ui, sans-serif";
  const last = Math.max(1, ...[batches, validation, healthy].map((points) => points.at(-1)?.[0] ?? 0));
  const x = (batch) => LEFT + (batch / last) * (width - LEFT - 8);
  const y = (value) => 8 + (1 - (value - low) / (high - low || 1)) * (height - BOTTOM - 8);
  for (let k = 0; k <= 4; k++) {
    const value = low + ((high - low) * k) / 4;
    context.strokeStyle = line;
    context.beginPath();
    context.moveTo(LEFT, y(value));
    context.lineTo(width - 8, y(value));
    context.stroke();
    context.fillStyle = ink;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillText(digits(value, 2), LEFT - 6, y(value));
  }
  context.textBaseline = "bottom";
  context.fillText(`batch ${last}`, width - 8, height);
  context.textAlign = "left";
  context.fillText("0", LEFT, height);
  const path = (points) => {
    context.beginPath();
    for (const [batch, value] of points) {
      if (typeof value === "number") context.lineTo(x(batch), Math.max(8, Math.min(height - BOTTOM, y(value))));
    }
    context.stroke();
  };
  context.strokeStyle = "#85939c";
  context.lineWidth = 2;
  context.setLineDash([6, 4]);
  path(healthy);
  context.setLineDash([]);
  context.lineWidth = 1;
  path(batches);
  context.strokeStyle = context.fillStyle = accent;
  context.lineWidth = 2;
  path(validation);
  for (const [batch, value] of validation) {
    if (typeof value !== "number") continue;
    context.beginPath();
    context.arc(x(batch), Math.max(8, Math.min(height - BOTTOM, y(value))), 3, 0, 7);
    context.fill();
  }
}

export function histogram(canvas, { counts }) {
  const most = Math.max(1, ...counts);
  canvas.width = counts.length * 5 || 1;
  canvas.height = 26;
  const context = canvas.getContext("2d");
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent");
  counts.forEach((count, k) => {
    const height = count ? Math.max(1, (count / most) * 26) : 0;
    context.fillRect(k * 5, 26 - height, 4, height);
  });
}

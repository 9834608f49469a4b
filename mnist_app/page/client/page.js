// Small helpers that every view uses: elements, numbers as people read them, errors.

export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in node && key !== "list" && key !== "form") node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

// Five digits; what is no number says so ("not a number", "infinite").
export function digits(value, count = 5) {
  if (typeof value === "string") return value;
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return "infinite";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4 ? value.toExponential(count - 1) : value.toPrecision(count);
  return text.replace("-", "\u2212").replace("e-", "e\u2212").replace("e+", "e");
}

// A probability as the command line says it; never a 100 % that is not whole.
export function percent(share, decimals = 2) {
  if (typeof share !== "number") return share;
  let text = (100 * share).toFixed(decimals);
  if (share < 1 && Number(text) === 100) text = (100 - 10 ** -decimals).toFixed(decimals);
  return `${text} %`;
}

// The number of an array, { shape, values }, at an index.
export const valueAt = ({ shape, values }, index) => values[index.reduce((sum, at, axis) => sum * shape[axis] + at, 0)];

export const place = (index) => `[${index.join(", ")}]`;

export function complain(error) {
  const line = document.getElementById("error");
  line.textContent = error === null ? "" : error.message;
  line.hidden = error === null;
}

// Runs what a click asks for; an error of the server becomes the line on top of the page.
export async function attempt(work) {
  complain(null); // not afterwards: news may have brought another one meanwhile
  try {
    return await work();
  } catch (error) {
    complain(error);
    return undefined;
  }
}

// Asks the server.  Every number on the page is an answer of one of these calls.

let tab = "";
let asking = 0;

function busy(change) {
  asking += change;
  document.body.setAttribute("aria-busy", String(asking > 0));
}

export class Refused extends Error {}

async function post(path, body, headers = {}) {
  let response;
  busy(1);
  try {
    response = await fetch(path, { method: "POST", body, headers: { tab, ...headers } });
  } catch {
    throw new Refused("The server does not answer. Is `python -m mnist_app page` still running?");
  } finally {
    busy(-1);
  }
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.error);
  return answer;
}

export async function open() {
  const answer = await post("api/open", "{}");
  tab = answer.tab;
  return answer;
}

export function ask(action, body = {}) {
  return post(`api/${action}`, JSON.stringify(body), { "Content-Type": "application/json" });
}

export function sendPicture(file, asDrawn) {
  return post(`api/picture?as_drawn=${asDrawn}`, file);
}

export function events(onMessage) {
  const source = new EventSource(`api/events?tab=${encodeURIComponent(tab)}`);
  source.onmessage = (event) => onMessage(JSON.parse(event.data));
  return source;
}

// An array of the server: { shape, values }.
export function unpack({ shape, kind, data }) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return { shape, values: kind === "u1" ? bytes : new Float32Array(bytes.buffer) };
}

// What was chosen, opened: beside the layers, or on a narrow screen in a sheet below.  From one
// number one goes on to those that it is made of, and back.

import { attempt, element } from "./page.js";

export class Trail {
  constructor(host) {
    this.host = host;
    this.inner = element("div", { className: "inner" }); // scrolls below the bar
    this.steps = []; // { title, make }: `make` gives the nodes, each time anew
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") host.classList.remove("open");
    });
  }

  // Where the way begins; `opened` shows it on a narrow screen too.
  async home(title, make, opened = false) {
    this.steps = [];
    await this.open(title, make, opened);
  }

  // A number chosen on a map: the way begins anew.
  async choose(title, make) {
    this.steps = this.steps.slice(0, 1);
    await this.open(title, make);
  }

  // A number chosen inside of what is open.
  async open(title, make, opened = true) {
    const step = { title, make };
    const nodes = await make();
    this.steps.push(step);
    this.show(nodes, opened);
  }

  async back() {
    const step = this.steps.at(-2);
    const nodes = await step.make();
    this.steps.pop();
    this.show(nodes, true);
  }

  // The same once more, after something has changed.
  async refresh(context) {
    const place = this.inner.scrollTop;
    this.show(await this.steps.at(-1).make(context), this.host.classList.contains("open"));
    this.inner.scrollTop = place;
  }

  show(nodes, opened) {
    const close = element("button", { type: "button", className: "close" }, "Close");
    close.addEventListener("click", () => this.host.classList.remove("open"));
    const bar = element("div", { className: "trail" });
    if (this.steps.length > 1) {
      const back = element("button", { type: "button", className: "back" }, `← ${this.steps.at(-2).title}`);
      back.addEventListener("click", () => attempt(() => this.back()));
      bar.append(back);
    }
    bar.append(close);
    this.host.classList.toggle("open", opened);
    this.inner.replaceChildren(...nodes);
    this.host.replaceChildren(bar, this.inner);
    this.inner.scrollTop = 0;
  }
}

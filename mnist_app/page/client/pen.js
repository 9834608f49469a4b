// The drawing area.  A stroke is { points, rubber }, points in [0, 1]; the server draws what the
// network gets, over the picture that is shown, if there is one.

const WIDTH = 2 / 28; // of the pen, as a share of the area
const STEP = 1 / 28; // of an arrow key

export class Pen {
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.strokes = [];
    this.picture = null; // one that was not drawn here, under the strokes
    this.rubber = false; // whether strokes erase
    this.pointer = null; // the one that draws now
    this.cross = null; // where the keyboard's pen is, once it was used
    this.down = false;
    canvas.addEventListener("pointerdown", (event) => this.start(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, (event) => this.stop(event));
    }
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => this.lift());
    canvas.addEventListener("focus", () => this.paint());
    new ResizeObserver(() => this.paint()).observe(canvas);
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const inside = (place) => Math.min(1.5, Math.max(-0.5, place));
    return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
  }

  start(event) {
    if (this.pointer !== null || event.button !== 0) return;
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.lift();
    this.cross = null;
    this.begin(this.at(event));
  }

  move(event) {
    if (event.pointerId !== this.pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const each of between.length ? between : [event]) this.strokes.at(-1).points.push(this.at(each));
    this.draw();
  }

  stop(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.draw();
  }

  key(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === " ") {
      this.cross ??= [0.5, 0.5];
      if (this.down) this.lift();
      else {
        this.down = true;
        this.begin([...this.cross]);
      }
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.undo();
    else if (steps[event.key]) {
      const [right, below] = steps[event.key];
      const [x, y] = this.cross ?? [0.5, 0.5];
      const inside = (place) => Math.min(1, Math.max(0, place));
      this.cross = [inside(x + right * STEP), inside(y + below * STEP)];
      if (this.down) this.strokes.at(-1).points.push([...this.cross]);
      if (this.down) this.draw();
      else this.paint();
    } else return;
    event.preventDefault();
  }

  lift() {
    this.down = false;
    this.paint();
  }

  begin(point) {
    this.strokes.push({ points: [point], rubber: this.rubber });
    this.draw();
  }

  draw() {
    this.paint();
    this.changed(this.strokes);
  }

  undo() {
    this.down = false;
    this.strokes.pop();
    this.draw();
  }

  clear() {
    this.strokes = [];
    this.picture = null;
    this.cross = null;
    this.down = false;
    this.draw();
  }

  // Show a picture that was not drawn here, a canvas.
  show(picture) {
    this.strokes = [];
    this.down = false;
    this.picture = picture;
    this.paint();
  }

  paint() {
    const canvas = this.canvas;
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (!side) return;
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, side, side);
    if (this.picture) this.paintPicture(context, side);
    context.lineWidth = side * WIDTH;
    context.lineCap = context.lineJoin = "round";
    for (const { points, rubber } of this.strokes) {
      context.strokeStyle = rubber ? "#fff" : "#14171b";
      context.beginPath();
      points.forEach(([x, y]) => context.lineTo(x * side, y * side));
      if (points.length === 1) context.lineTo(points[0][0] * side, points[0][1] * side + 0.01); // a dot
      context.stroke();
    }
    if (this.cross && document.activeElement === canvas) this.paintCross(context, side);
  }

  paintPicture(context, side) {
    const { width, height } = this.picture;
    const scale = side / Math.max(width, height);
    context.imageSmoothingEnabled = scale < 3;
    const [left, top] = [(side - width * scale) / 2, (side - height * scale) / 2];
    context.drawImage(this.picture, left, top, width * scale, height * scale);
  }

  paintCross(context, side) {
    const [x, y] = this.cross.map((place) => place * side);
    context.beginPath();
    context.arc(x, y, (side * WIDTH) / 2, 0, 2 * Math.PI);
    context.lineWidth = 3 * devicePixelRatio;
    context.strokeStyle = this.down ? "#d0006f" : "#155e75";
    context.stroke();
  }
}

// A long record from afar: click, drag or page through it. The window moves at once; the server is
// asked when the hand comes to rest.

const SVG = "http://www.w3.org/2000/svg";
const LANE_PX = 34, WORDS_PX = 15, REST_MS = 180;
// Told apart by every kind of colour vision; sinus rhythm stays paper.
const SHADES = ["#f4d9b8", "#cfe3f1", "#d7e8d4", "#e5d8ee", "#f1d3d3", "#e6e2c0"];
const bars = new WeakMap();

const clock = (s) => {
  const whole = Math.floor(s + 1e-6), h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60;
  return `${h ? `${h}:${String(m).padStart(2, "0")}` : m}:${String(whole % 60).padStart(2, "0")}`;
};

function add(parent, name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent.appendChild(node);
  return node;
}

function word(parent, text, left, width, top, title) {
  const node = document.createElement("span");
  node.textContent = text;
  node.title = title ?? text;
  Object.assign(node.style, { left: `${left}%`, width: `${width}%`, top: `${top}px` });
  parent.appendChild(node);
}

function tickStep(duration) {
  return [10, 30, 60, 300, 600, 1800, 3600].find((step) => duration / step <= 12) ?? 7200;
}

function draw(strip, data) {
  const lanes = data.leads.length * LANE_PX, marks = data.rhythms.length || data.unusual.length ? WORDS_PX : 0;
  const answers = data.answers.length ? WORDS_PX : 0, height = lanes + marks + answers + WORDS_PX;
  const svg = document.createElementNS(SVG, "svg"), words = document.createElement("div");
  svg.setAttribute("viewBox", `0 0 ${data.duration} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.style.height = `${height}px`;
  words.className = "words";
  const names = [...new Set(data.rhythms.filter((one) => !one.usual).map((one) => one.name))];
  const share = (seconds) => (seconds / data.duration) * 100;
  for (const { t0, t1, name } of data.rhythms) {
    if (names.includes(name))
      add(svg, "rect", { x: t0, y: 0, width: t1 - t0, height: lanes + marks, fill: SHADES[names.indexOf(name) % SHADES.length] });
    word(words, name, share(t0), share(t1 - t0), lanes);
  }
  // The machine's answer, ten seconds a block; what it says is there to point at.
  for (const { t0, t1, state, text } of data.answers) {
    const block = add(svg, "rect", { class: `answer ${state}`, x: t0, y: lanes + marks + 2, width: t1 - t0, height: WORDS_PX - 4 });
    add(block, "title", {}).textContent = `${clock(t0)} – ${clock(t1)}: ${text}`;
  }
  data.leads.forEach(({ name, low, high, reach }, row) => {
    const y = (level) => row * LANE_PX + LANE_PX / 2 - (Math.max(Math.min(level, reach), -reach) / reach) * (LANE_PX / 2 - 1);
    const step = data.duration / low.length, points = [];
    high.forEach((level, i) => points.push(`${((i + 0.5) * step).toFixed(2)},${y(level).toFixed(1)}`));
    for (let i = low.length - 1; i >= 0; i -= 1) points.push(`${((i + 0.5) * step).toFixed(2)},${y(low[i]).toFixed(1)}`);
    add(svg, "polygon", { class: "wave", points: points.join(" ") });
    word(words, name, 0, 10, row * LANE_PX);
  });
  if (data.unusual.length)
    add(svg, "path", { class: "beat", d: data.unusual.map(([t]) => `M${t} ${lanes - 6}v6`).join("") });
  for (let t = 0; t <= data.duration; t += tickStep(data.duration)) {
    add(svg, "path", { class: "tick", d: `M${t} ${height - WORDS_PX}v4` });
    if (t < data.duration * 0.97) word(words, clock(t), share(t), 8, height - WORDS_PX);
  }
  const frame = document.createElement("div");
  frame.className = "window";
  strip.replaceChildren(svg, words, frame);
  return frame;
}

class Bar {
  constructor(root) {
    this.root = root;
    this.strip = root.querySelector(".strip");
    this.where = root.querySelector(".where");
    let held = false;
    const at = (event) => {
      const box = this.strip.getBoundingClientRect();
      return ((event.clientX - box.left) / box.width) * this.data.duration - this.data.seconds / 2;
    };
    this.strip.onpointerdown = (event) => { held = true; this.strip.setPointerCapture(event.pointerId); this.move(at(event)); };
    this.strip.onpointermove = (event) => held && this.move(at(event));
    this.strip.onpointerup = this.strip.onpointercancel = () => { held = false; };
    this.strip.onkeydown = (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.move(this.start + by * (event.shiftKey ? 5 : 1));
    };
    root.querySelectorAll("[data-by]").forEach((node) => { node.onclick = () => this.move(this.start + Number(node.dataset.by)); });
    root.querySelector("[data-jump]").onclick = () => this.next();
    this.onKey = (event) => {
      const from = event.composedPath()[0];
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("[role=dialog]")) return;
      if (from instanceof Element && from.matches("input:not([type=checkbox]):not([type=range]), textarea, select, [role=combobox]")) return;
      const run = { PageDown: () => this.move(this.start + this.data.seconds), PageUp: () => this.move(this.start - this.data.seconds),
        Home: () => this.move(0), End: () => this.move(this.data.duration), n: () => this.next() }[event.key];
      if (!run) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      run();
    };
    window.addEventListener("keydown", this.onKey, true);
  }

  destroy() { window.removeEventListener("keydown", this.onKey, true); clearTimeout(this.rest); }

  receive(data, send) {
    this.send = send;
    const drawn = `${data.id} ${data.answers.length}`;
    if (this.drawn !== drawn) { this.frame = draw(this.strip, data); this.start = data.start; this.drawn = drawn; }
    // While the hand still moves, the server's older answer does not pull the window back.
    if (!this.rest) this.start = data.start;
    this.data = data;
    this.root.querySelector("[data-jump]").hidden = !this.marks().length;
    const symbols = {};
    for (const [, symbol] of data.unusual) symbols[symbol] = (symbols[symbol] ?? 0) + 1;
    const legend = Object.entries(symbols).sort((a, b) => b[1] - a[1]).slice(0, 4)
      .map(([symbol, count]) => `${count} × ${data.names[symbol] ?? symbol}`);
    this.root.querySelector(".legend").textContent = legend.join(" · ");
    this.root.querySelector(".machine").hidden = !data.answers.length;
    this.show();
  }

  marks() { return [...this.data.rhythms.slice(1).map((one) => one.t0), ...this.data.unusual.map(([t]) => t)].sort((a, b) => a - b); }

  next() {
    const end = this.start + this.data.seconds, marks = this.marks();
    const found = marks.find((t) => t >= end) ?? marks[0];
    if (found !== undefined) this.move(found - 2);
  }

  show() {
    const { duration, seconds } = this.data;
    this.frame.style.left = `${(this.start / duration) * 100}%`;
    this.frame.style.width = `${(seconds / duration) * 100}%`;
    const here = this.data.answers.find((one) => this.start >= one.t0 && this.start < one.t1);
    this.root.querySelector(".said").textContent = here ? here.text : "";
    const text = say("{begin} – {end} of {whole}", { begin: clock(this.start), end: clock(this.start + seconds), whole: clock(duration) });
    this.where.textContent = text;
    this.strip.setAttribute("aria-valuemax", Math.floor(duration - seconds));
    this.strip.setAttribute("aria-valuenow", this.start);
    this.strip.setAttribute("aria-valuetext", text);
  }

  move(start) {
    this.start = Math.round(Math.max(0, Math.min(start, Math.floor(this.data.duration - this.data.seconds))));
    this.show();
    clearTimeout(this.rest);
    this.rest = setTimeout(() => { this.rest = 0; this.send("start", this.start); }, REST_MS);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!bars.has(parentElement)) bars.set(parentElement, new Bar(parentElement));
  bars.get(parentElement).receive(data, setTriggerValue);
  return () => { bars.get(parentElement)?.destroy(); bars.delete(parentElement); };
}

const SVG = "http://www.w3.org/2000/svg";
const CSS_PX_PER_MM = 96 / 25.4;
const LIFTED = -32768;

// Choices of the reader, kept while the page stays open, whichever ECG is shown.
const choice = { show: true, opacity: 60, scale: null, source: "picture" };
const sheets = new WeakMap();

function element(name, attributes, parent, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  parent.appendChild(node);
  return node;
}

// A record's calibration pulse stands left of the traces; a scan brings its own.
function margins(page) {
  return { left: page.pulses.length ? 10 : 5, top: 5, right: 5, bottom: 10 };
}

function grid(svg, width, height, margin) {
  const lines = { fine: "", bold: "" };
  for (let x = -margin.left; x <= width + margin.right; x += 1)
    lines[x % 5 === 0 ? "bold" : "fine"] += `M${x} ${-margin.top}V${height + margin.bottom}`;
  for (let y = -margin.top; y <= height + margin.bottom; y += 1)
    lines[y % 5 === 0 ? "bold" : "fine"] += `M${-margin.left} ${y}H${width + margin.right}`;
  for (const weight of ["fine", "bold"]) element("path", { class: weight, d: lines[weight] }, svg);
}

function samples(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  return new Int16Array(bytes.buffer);
}

function stroke(trace) {
  // Heights come in hundredths of a millimetre; where the pen is lifted a new stroke begins.
  let path = "", down = false;
  samples(trace.y).forEach((level, i) => {
    if (level === LIFTED) { down = false; return; }
    path += `${down ? "L" : "M"}${(trace.x0 + i * trace.step).toFixed(2)} ${level / 100}`;
    down = true;
  });
  return path;
}

function draw(page) {
  const margin = margins(page);
  const full = { w: page.width + margin.left + margin.right, h: page.height + margin.top + margin.bottom };
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `${-margin.left} ${-margin.top} ${full.w} ${full.h}`);
  svg.setAttribute("class", page.picture || page.ink ? "scan" : "record");
  element("rect", { class: "paper", x: -margin.left, y: -margin.top, width: full.w, height: full.h }, svg);
  const canvas = { x: 0, y: 0, width: page.width, height: page.height, preserveAspectRatio: "none" };
  if (!page.picture) grid(svg, page.width, page.height, margin);
  if (page.ink) {
    const layer = element("g", { class: "layer-ink" }, svg);
    if (page.picture) grid(layer, page.width, page.height, margin);
    element("image", { href: page.ink, ...canvas }, layer);
  }
  if (page.picture) element("image", { class: "layer-picture", href: page.picture, ...canvas }, svg);
  for (const trace of page.traces) element("path", { class: "trace", d: stroke(trace) }, svg);
  for (const y of page.pulses)
    element("path", { class: "pulse", d: `M-8.5 ${y}h1.5v${-page.gain}h5v${page.gain}h1.5` }, svg);
  for (const { x, y } of page.ticks) element("path", { class: "tick", d: `M${x} ${y - 2}v4` }, svg);
  const heat = element("image", { class: "heat", ...canvas }, svg);
  for (const lead of page.leads) element("text", { class: "lead", x: lead.x, y: lead.y }, svg, lead.name);
  for (const lead of page.absent)
    element("text", { class: "absent", x: lead.x, y: lead.y }, svg, `${lead.name} not recorded`);
  const foot = page.height + margin.bottom - 3;
  element("text", { class: "print", x: 3 - margin.left, y: foot }, svg, page.print);
  const bar = page.width - page.speed;
  element("path", { class: "rule", d: `M${bar} ${foot - 2}v2h${page.speed}v-2` }, svg);
  element("text", { class: "print", x: bar - 2, y: foot, "text-anchor": "end" }, svg, "1 s");
  return { svg, heat, full };
}

function size(sheet, state) {
  const narrow = sheet.clientWidth < 640;
  const fit = (sheet.clientWidth || 900) / (state.full.w * CSS_PX_PER_MM);
  // A phone would shrink the ECG to a thumbnail: there it opens true to scale and scrolls.
  const mode = choice.scale ?? (narrow ? "1" : "fit");
  const factor = mode === "fit" ? fit : Number(mode);
  state.svg.setAttribute("width", (state.full.w * CSS_PX_PER_MM * factor).toFixed(1));
  state.svg.setAttribute("height", (state.full.h * CSS_PX_PER_MM * factor).toFixed(1));
  state.percent.textContent = `${Math.round(factor * 100)} %`;
  for (const button of state.scales) button.setAttribute("aria-pressed", String(button.dataset.scale === mode));
}

function layers(state) {
  const picture = state.svg.querySelector(".layer-picture"), ink = state.svg.querySelector(".layer-ink");
  if (picture && ink) {
    picture.style.display = choice.source === "picture" ? "" : "none";
    ink.style.display = choice.source === "picture" ? "none" : "";
  }
  for (const button of state.sources)
    button.setAttribute("aria-pressed", String(button.dataset.source === choice.source));
  state.heat.style.display = choice.show ? "" : "none";
  state.heat.style.opacity = choice.opacity / 100;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement;
  const sheet = root.querySelector(".sheet"), attention = root.querySelector(".attention");
  const show = root.querySelector(".show"), target = root.querySelector(".target");
  const opacity = root.querySelector(".opacity input");
  let state = sheets.get(root);
  if (!state) {
    state = { id: null, percent: root.querySelector(".percent"),
      scales: [...root.querySelectorAll("[data-scale]")], sources: [...root.querySelectorAll("[data-source]")] };
    state.watcher = new ResizeObserver(() => state.svg && size(sheet, state));
    state.watcher.observe(sheet);
    sheets.set(root, state);
  }
  if (state.id !== data.page.id) {
    // Only another ECG draws another sheet; a new target or theme changes the overlay alone.
    Object.assign(state, draw(data.page), { id: data.page.id, overlay: null });
    sheet.replaceChildren(state.svg);
    sheet.setAttribute("aria-label", data.page.spoken);
    sheet.scrollLeft = 0;
  }
  root.querySelector(".source").hidden = !(data.page.picture && data.page.ink);
  attention.hidden = !data.overlay;
  if (data.overlay) {
    if (state.overlay !== data.overlay.image) state.heat.setAttribute("href", data.overlay.image);
    state.overlay = data.overlay.image;
    root.querySelector(".ramp b").style.background = data.overlay.ramp;
    const names = JSON.stringify(data.overlay.targets);
    if (state.names !== names) {
      target.replaceChildren(...data.overlay.targets.map(([key, name]) => new Option(name, key)));
      state.names = names;
    }
    target.value = data.overlay.target;
  }
  show.checked = choice.show;
  opacity.value = choice.opacity;
  attention.classList.toggle("off", !choice.show);
  const update = () => { attention.classList.toggle("off", !choice.show); layers(state); };
  show.onchange = () => { choice.show = show.checked; update(); };
  opacity.oninput = () => { choice.opacity = Number(opacity.value); update(); };
  target.onchange = () => setTriggerValue("target", target.value);
  for (const button of state.scales)
    button.onclick = () => { choice.scale = button.dataset.scale; size(sheet, state); };
  for (const button of state.sources)
    button.onclick = () => { choice.source = button.dataset.source; update(); };
  size(sheet, state);
  update();
  return () => { state.watcher.disconnect(); sheets.delete(root); };
}

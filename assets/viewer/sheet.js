// One sheet of paper as SVG, in millimetres: grid, waves or picture, attention, print.

const SVG = "http://www.w3.org/2000/svg";
const LIFTED = -32768;

function element(name, attributes, parent, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  parent?.appendChild(node);
  return node;
}

// In blocks, so that what is out of sight costs nothing when the paper moves.
const BLOCK_MM = 50;

function blocks(from, to) {
  const starts = [];
  for (let at = from; at < to; at += BLOCK_MM) starts.push([at, Math.min(at + BLOCK_MM, to)]);
  return starts;
}

function drawGrid(parent, plan) {
  const margin = marginsOf(plan), grid = element("g", { class: "grid" }, parent);
  const right = plan.width + margin.right, foot = plan.height + margin.bottom;
  for (const [x0, x1] of blocks(-margin.left, right))
    for (const [y0, y1] of blocks(-margin.top, foot)) {
      const lines = { fine: "", bold: "" };
      // A line on the edge of two blocks is drawn by the second alone.
      for (let x = x0; x < x1 || x === right; x += 1) lines[x % 5 === 0 ? "bold" : "fine"] += `M${x} ${y0}V${y1}`;
      for (let y = y0; y < y1 || y === foot; y += 1) lines[y % 5 === 0 ? "bold" : "fine"] += `M${x0} ${y}H${x1}`;
      for (const weight of ["fine", "bold"]) element("path", { class: weight, d: lines[weight] }, grid);
    }
}

const decoded = new WeakMap();

function microvolts(waves, lead) {
  if (!decoded.has(waves)) decoded.set(waves, {});
  const known = decoded.get(waves);
  if (!(lead in known)) {
    const text = waves.leads[lead] && atob(waves.leads[lead]), bytes = new Uint8Array(text?.length ?? 0);
    for (let i = 0; i < bytes.length; i += 1) bytes[i] = text.charCodeAt(i);
    known[lead] = text && new Int16Array(bytes.buffer);
  }
  return known[lead];
}

// A sample is left out when the line without it passes it within this distance: 2 µV at 10 mm/mV,
// a sixteenth of the pen.
const NEAR_MM = 0.02, STRETCH_S = 1;
// Paths are written in whole steps of this size.
const PATH_MM = 0.01;

// One lead's part of a row as strokes of a second each. Where the pen is lifted a new one begins.
function strokes(waves, segment, plan, shift = 0) {
  const levels = microvolts(waves, segment.lead);
  if (!levels) return [];
  const first = Math.max(Math.ceil((segment.t0 - shift) * waves.fs - 1e-6), 0);
  const last = Math.min(Math.floor((segment.t1 - shift) * waves.fs + 1e-6), levels.length - 1);
  const step = plan.speed / waves.fs / PATH_MM, scale = plan.gain / 1000 / PATH_MM, near = NEAR_MM / PATH_MM;
  const left = (segment.x0 + (shift - segment.t0) * plan.speed) / PATH_MM, zero = segment.baseline / PATH_MM;
  const stretch = Math.round(STRETCH_S * waves.fs), found = [];
  // from: the sample drawn last, -1 with the pen lifted; low, high: slopes that pass all since then.
  let path = "", from = -1, x = 0, y = 0, low = 0, high = 0;
  const begin = (i) => {
    from = i; x = Math.round(left + i * step); y = Math.round(zero - levels[i] * scale);
    path += `M${x} ${y}`; low = -Infinity; high = Infinity;
  };
  const draw = (i) => {
    if (from < 0 || i <= from) return;
    const toX = Math.round(left + i * step), toY = Math.round(zero - levels[i] * scale);
    path += `l${toX - x} ${toY - y}`;
    from = i; x = toX; y = toY; low = -Infinity; high = Infinity;
  };
  for (let i = first; i <= last; i += 1) {
    if (levels[i] === LIFTED) { draw(i - 1); from = -1; continue; }
    if (from < 0) { begin(i); continue; }
    const rise = (levels[i] - levels[from]) * scale, slope = rise / (i - from);
    if (slope < low || slope > high) draw(i - 1);
    const run = i - from, climb = (levels[i] - levels[from]) * scale;
    low = Math.max(low, (climb - near) / run);
    high = Math.min(high, (climb + near) / run);
    if ((i - first) % stretch === 0) { draw(i); found.push(path); path = ""; begin(i); }
  }
  draw(last);
  return [...found, path].filter((one) => one.includes("l"));
}

function drawTrace(svg, waves, segment, plan, attributes, shift = 0) {
  const trace = element("g", { transform: `scale(${PATH_MM})`, ...attributes }, svg);
  for (const d of strokes(waves, segment, plan, shift)) element("path", { d }, trace);
}

function drawWaves(svg, page, plan, under) {
  for (const segment of plan.segments)
    if (under?.page.waves?.leads[segment.lead])
      drawTrace(svg, under.page.waves, segment, plan, { class: "trace before" }, under.shift);
  for (const segment of plan.segments)
    if (page.waves.leads[segment.lead])
      drawTrace(svg, page.waves, segment, plan, { class: "trace", "data-lead": segment.lead });
  for (const y of new Set(plan.segments.map((s) => s.baseline)))
    element("path", { class: "pulse", d: `M-8.5 ${y}h1.5v${-plan.gain}h5v${plan.gain}h1.5` }, svg);
  for (const s of plan.segments)
    if (s.x0 > 0) element("path", { class: "tick", d: `M${s.x0} ${s.baseline - 2}v4` }, svg);
}

function drawLabels(svg, page, plan) {
  for (const s of plan.segments) {
    // What is printed is not written twice.
    if (s.named) continue;
    const recorded = plan.kind === "traces" ? Boolean(page.waves.leads[s.lead]) : !page.absent.includes(s.lead);
    const at = { x: s.x0 + 1.5, y: s.top + 4 };
    if (recorded) element("text", { class: "lead", "data-lead": s.lead, ...at }, svg, s.lead);
    else element("text", { class: "absent", ...at }, svg, `${s.lead} ${page.lost}`);
  }
}

// Marks of the record's own annotation file or of the measurements: along the first row that shows
// all ten seconds, else along the uppermost. A name that would lie on the one before stands higher.
const MARK_LETTER_MM = 1.7;

function drawMarks(svg, page, plan) {
  const whole = plan.segments.find((s) => s.t1 - s.t0 >= page.seconds - 1e-6);
  const rows = whole ? [whole] : plan.segments.filter((s) => s.row === plan.segments[0].row);
  let end = -Infinity, before = null;
  for (const { t, text } of page.marks) {
    const row = rows.find((s) => t >= s.t0 && t <= s.t1);
    if (!row) continue;
    const x = row.x0 + (t - row.t0) * plan.speed, half = (text.length * MARK_LETTER_MM) / 2;
    if (row !== before) end = -Infinity;
    before = row;
    const high = text.startsWith("(") || x - half < end, above = high ? 0.5 : 3.5;
    if (!high) end = x + half;
    element("path", { class: "marked", d: `M${x} ${row.top + 4.5}v2` }, svg);
    element("text", { class: "mark", x, y: row.top + above, "text-anchor": "middle" }, svg, text);
  }
}

function drawPrint(svg, page, plan, under) {
  const margin = marginsOf(plan), foot = plan.height + margin.bottom - 3;
  const unusual = plan.speed !== STANDARD.speed || plan.gain !== STANDARD.gain;
  const line = element("text", { class: "print", x: 3 - margin.left, y: foot }, svg);
  const part = (text, name) => { const t = element("tspan", name ? { class: name } : {}, line, text); t.setAttribute("dx", 0); };
  part(`${written(plan.speed)} mm/s   ${written(plan.gain)} mm/mV`, unusual ? "unusual" : "");
  const rest = [page.filter, page.origin[plan.kind], under && say("blue: {title}", { title: under.title })].filter(Boolean);
  if (rest.length) part(`   ${rest.join("   ")}`);
}

// The leads that the chosen sentence rests on: a tint and a frame under the trace.
function drawLit(panel, leads) {
  panel.lit.replaceChildren();
  for (const s of panel.plan.segments) if (leads.includes(s.lead))
    element("rect", { x: s.x0, y: s.top, width: s.x1 - s.x0, height: s.bottom - s.top, rx: 1, "data-lead": s.lead }, panel.lit);
}

// under: another ECG's waves, drawn below these in blue, on the same scale.
function drawSheet(page, plan, view, under) {
  const margin = marginsOf(plan), full = fullSize(plan);
  const svg = element("svg", { viewBox: `${-margin.left} ${-margin.top} ${full.w} ${full.h}`,
    class: plan.kind === "picture" ? "scan" : "record" });
  element("rect", { class: "paper", x: -margin.left, y: -margin.top, width: full.w, height: full.h }, svg);
  const canvas = { x: 0, y: 0, width: page.width, height: page.height, preserveAspectRatio: "none" };
  const photo = plan.kind === "picture" && view.source !== "ink" && page.picture;
  if (!photo) drawGrid(svg, plan);
  const lit = element("g", { class: "lit" });
  if (plan.kind === "traces") svg.appendChild(lit);
  if (plan.printed) element("image", { class: "layer-picture", href: page.picture, ...canvas, x: page.sheet.left, width: page.sheet.width }, svg);
  else if (photo) element("image", { class: "layer-picture", href: page.picture, ...canvas }, svg);
  else if (plan.kind === "picture") element("image", { class: "layer-ink", href: page.ink, ...canvas }, svg);
  else drawWaves(svg, page, plan, under);
  if (plan.kind === "picture") svg.appendChild(lit);
  const heat = element("g", { class: "heat" }, svg);
  drawLabels(svg, page, plan);
  drawMarks(svg, page, plan);
  drawPrint(svg, page, plan, under);
  const marks = element("g", { class: "calipers" }, svg);
  return { svg, lit, heat, marks, full };
}

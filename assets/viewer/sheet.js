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

function drawGrid(parent, plan) {
  const margin = marginsOf(plan), lines = { fine: "", bold: "" };
  for (let x = -margin.left; x <= plan.width + margin.right; x += 1)
    lines[x % 5 === 0 ? "bold" : "fine"] += `M${x} ${-margin.top}V${plan.height + margin.bottom}`;
  for (let y = -margin.top; y <= plan.height + margin.bottom; y += 1)
    lines[y % 5 === 0 ? "bold" : "fine"] += `M${-margin.left} ${y}H${plan.width + margin.right}`;
  for (const weight of ["fine", "bold"]) element("path", { class: weight, d: lines[weight] }, parent);
}

const decoded = new WeakMap();

function microvolts(waves, lead) {
  if (!decoded.has(waves)) decoded.set(waves, {});
  const known = decoded.get(waves);
  if (!(lead in known)) {
    const base64 = waves.leads[lead];
    known[lead] = base64 && new Int16Array(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);
  }
  return known[lead];
}

// Where the pen is lifted a new stroke begins.
function stroke(waves, segment, plan, shift = 0) {
  const levels = microvolts(waves, segment.lead);
  if (!levels) return "";
  const first = Math.max(Math.ceil((segment.t0 - shift) * waves.fs - 1e-6), 0);
  const last = Math.min(Math.floor((segment.t1 - shift) * waves.fs + 1e-6), levels.length - 1);
  let path = "", down = false;
  for (let i = first; i <= last; i += 1) {
    if (levels[i] === LIFTED) { down = false; continue; }
    const x = segment.x0 + (i / waves.fs + shift - segment.t0) * plan.speed;
    const y = segment.baseline - (levels[i] / 1000) * plan.gain;
    path += `${down ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`;
    down = true;
  }
  return path;
}

function drawWaves(svg, page, plan, under) {
  for (const segment of plan.segments)
    if (under?.page.waves)
      element("path", { class: "trace before", d: stroke(under.page.waves, segment, plan, under.shift) }, svg);
  for (const segment of plan.segments)
    if (page.waves.leads[segment.lead])
      element("path", { class: "trace", "data-lead": segment.lead, d: stroke(page.waves, segment, plan) }, svg);
  for (const y of new Set(plan.segments.map((s) => s.baseline)))
    element("path", { class: "pulse", d: `M-8.5 ${y}h1.5v${-plan.gain}h5v${plan.gain}h1.5` }, svg);
  for (const s of plan.segments)
    if (s.x0 > 0) element("path", { class: "tick", d: `M${s.x0} ${s.baseline - 2}v4` }, svg);
}

function drawLabels(svg, page, plan) {
  for (const s of plan.segments) {
    const recorded = plan.kind === "traces" ? Boolean(page.waves.leads[s.lead]) : !page.absent.includes(s.lead);
    const at = { x: s.x0 + 1.5, y: s.top + 4 };
    if (recorded) element("text", { class: "lead", "data-lead": s.lead, ...at }, svg, s.lead);
    else element("text", { class: "absent", ...at }, svg, `${s.lead} ${page.lost}`);
  }
}

// Marks of the record's own annotation file, along the first row that shows all ten seconds.
function drawMarks(svg, page, plan) {
  const row = plan.segments.find((s) => s.t1 - s.t0 >= page.seconds - 1e-6);
  if (plan.kind !== "traces" || !row) return;
  for (const { t, text } of page.marks) {
    const x = row.x0 + t * plan.speed, above = text.startsWith("(") ? 0.5 : 3.5;
    element("path", { class: "marked", d: `M${x} ${row.top + 4.5}v2` }, svg);
    element("text", { class: "mark", x, y: row.top + above, "text-anchor": "middle" }, svg, text);
  }
}

function drawPrint(svg, page, plan, under) {
  const margin = marginsOf(plan), foot = plan.height + margin.bottom - 3;
  const unusual = plan.speed !== STANDARD.speed || plan.gain !== STANDARD.gain;
  const line = element("text", { class: "print", x: 3 - margin.left, y: foot }, svg);
  const part = (text, name) => { const t = element("tspan", name ? { class: name } : {}, line, text); t.setAttribute("dx", 0); };
  part(`${plan.speed} mm/s   ${plan.gain} mm/mV`, unusual ? "unusual" : "");
  const rest = [page.filter, page.origin[plan.kind], under && `blue: ${under.title}`].filter(Boolean);
  if (rest.length) part(`   ${rest.join("   ")}`);
}

// The leads that the chosen sentence rests on: a tint and a frame under the trace.
function drawLit(panel, leads) {
  panel.lit.replaceChildren();
  for (const s of panel.plan.segments) if (leads.includes(s.lead))
    element("rect", { x: s.x0, y: s.top, width: s.x1 - s.x0, height: s.bottom - s.top, rx: 1, "data-lead": s.lead }, panel.lit);
}

const HEAT_NOTE = "Shade: where the model looked, not why";

function drawHeat(group, image, page, plan) {
  group.replaceChildren();
  if (!image) return;
  element("text", { class: "print", x: plan.width, y: -4, "text-anchor": "end", "dominant-baseline": "hanging" }, group, HEAT_NOTE);
  const whole = { href: image, x: 0, y: 0, width: page.width, height: page.height, preserveAspectRatio: "none" };
  if (plan.own) { element("image", whole, group); return; }
  for (const { from, to } of heatPieces(page, plan)) {
    const piece = element("svg", { x: to.x, y: to.y, width: to.w, height: to.h,
      viewBox: `${from.x} ${from.y} ${from.w} ${from.h}`, preserveAspectRatio: "none" }, group);
    element("image", whole, piece);
  }
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
  if (photo) element("image", { class: "layer-picture", href: page.picture, ...canvas }, svg);
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

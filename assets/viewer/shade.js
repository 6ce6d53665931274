// Where the model looked: a shade along the wave of each lead, and each lead's share beside its name.

const HALO_MM = 3.4;

// Attention is of what the network read: for a part of the sheet the box of that lead that shows
// most of the same seconds.
function readBox(page, segment) {
  const shared = (box) => Math.min(box.t1, segment.t1) - Math.max(box.t0, segment.t0);
  return page.boxes.map((box, index) => ({ box, index, shared: shared(box) }))
    .filter((one) => one.box.lead === segment.lead && one.shared > 1e-6)
    .sort((a, b) => b.shared - a.shared || (a.box.t1 - a.box.t0) - (b.box.t1 - b.box.t0))[0];
}

// Colours from left to right over the seconds that the network read, nothing outside them.
function gradient(parent, id, segment, plan, found, shading) {
  const { box, index } = found, lane = shading.lanes[index];
  const at = (t) => (segment.x0 + (t - segment.t0) * plan.speed) / PATH_MM;
  const begin = Math.max(box.t0, segment.t0), end = Math.min(box.t1, segment.t1);
  const node = element("linearGradient", { id, gradientUnits: "userSpaceOnUse", x1: at(begin), x2: at(end), y1: 0, y2: 0 }, parent);
  const stop = (offset, level, alpha = 1) => {
    const [colour, opacity] = shading.palette[level];
    element("stop", { offset: offset.toFixed(4), "stop-color": colour, "stop-opacity": opacity * alpha }, node);
  };
  const seconds = shading.step / STANDARD.speed, inside = [];
  lane.forEach((level, i) => {
    const t = box.t0 + (i + 0.5) * seconds;
    if (t > begin && t < end) inside.push([(t - begin) / (end - begin), level]);
  });
  if (!inside.length) return false;
  if (begin > segment.t0 + 1e-6) stop(0, inside[0][1], 0);
  inside.forEach(([offset, level]) => stop(offset, level));
  if (end < segment.t1 - 1e-6) stop(1, inside[inside.length - 1][1], 0);
  return inside.some(([, level]) => shading.palette[level][1] > 0);
}

function haloOf(page, segment, plan) {
  const found = page.waves?.leads[segment.lead] ? strokes(page.waves, segment, plan) : [];
  if (found.length) return found;
  // A scan whose trace was not recovered: along the zero line of its lead.
  const [x0, x1, y] = [segment.x0, segment.x1, segment.baseline].map((mm) => Math.round(mm / PATH_MM));
  return [`M${x0} ${y}l${x1 - x0} 0`];
}

function drawShade(panel, shading) {
  const { page, plan, heat: group, svg } = panel;
  group.replaceChildren();
  svg.querySelectorAll(".share").forEach((node) => node.remove());
  if (!shading) return;
  const told = [say("Shade: where the model looked, not why")];
  if (shading.name) told.unshift(`${shading.name}${shading.probable ? `, ${shading.probable}` : ""}.`);
  element("text", { class: "print", x: plan.width, y: -4, "text-anchor": "end", "dominant-baseline": "hanging" }, group, told.join(" "));
  const defs = element("defs", {}, group), named = new Set();
  plan.segments.forEach((segment, i) => {
    nameShare(panel, segment, shading.shares[segment.lead], named);
    const found = readBox(page, segment), id = `shade-${panel.id}-${i}`;
    if (!found || !gradient(defs, id, segment, plan, found, shading)) return;
    const halo = element("g", { class: "halo", "data-lead": segment.lead, transform: `scale(${PATH_MM})`,
      stroke: `url(#${id})`, "stroke-width": HALO_MM / PATH_MM }, group);
    for (const d of haloOf(page, segment, plan)) element("path", { d }, halo);
  });
}

// Once for each lead: a lead that is drawn twice has one share.
function nameShare({ svg, plan }, segment, share, named) {
  if (!share || named.has(segment.lead)) return;
  named.add(segment.lead);
  const label = [...svg.querySelectorAll(`text.lead[data-lead="${segment.lead}"]`)][0];
  const place = label ?? element("text", { class: "lead share", x: segment.x0 + 11, y: segment.top + 4 }, svg);
  const text = element("tspan", { class: "share" }, place, ` ${share}`);
  if (label) text.setAttribute("dx", 1.2);
}

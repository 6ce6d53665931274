// Calipers: two points on one lead. They are kept as seconds and millivolts, so that they stay on
// their wave whatever the layout, speed, gain or zoom.

function measured(caliper) {
  const ms = Math.abs(caliper.t1 - caliper.t0) * 1000;
  return { ms, bpm: ms > 0 ? 60000 / ms : Infinity, mv: caliper.v1 - caliper.v0 };
}

function spoken(caliper) {
  const { ms, bpm, mv } = measured(caliper);
  const rate = ms >= 150 && ms <= 4000 ? ` · ${Math.round(bpm)}/min` : "";
  const level = `${mv < 0 ? "−" : "+"}${written(Math.abs(mv).toFixed(2))} mV`;
  return `${Math.round(ms)} ms${rate} · ${level}`;
}

function pointOf(plan, caliper, end) {
  const { lead, seconds } = caliper, t = caliper[`t${end}`];
  const segment = segmentShowing(plan, lead, Math.min(caliper.t0, caliper.t1), seconds)
    ?? segmentShowing(plan, lead, t, seconds);
  if (!segment) return null;
  return { segment, x: segment.x0 + (t - segment.t0) * plan.speed, y: segment.baseline - caliper[`v${end}`] * plan.gain };
}

// Time and height of a place on the paper, measured on one segment.
function reading(plan, segment, x, y) {
  return { t: segment.t0 + (x - segment.x0) / plan.speed, v: (segment.baseline - y) / plan.gain };
}

function rowExtent(plan, segment) {
  const row = plan.segments.filter((s) => s.row === segment.row);
  return { x0: Math.min(...row.map((s) => s.x0)), x1: Math.max(...row.map((s) => s.x1)) };
}

// The same interval again and again along the row, both ways.
function marchPath(plan, segment, a, b) {
  const step = Math.abs(b.x - a.x);
  if (step < 1) return "";
  const { x0, x1 } = rowExtent(plan, segment), from = Math.min(a.x, b.x);
  let path = "";
  for (let x = from - Math.floor((from - x0) / step) * step; x <= x1 + 1e-6; x += step)
    path += `M${x.toFixed(2)} ${segment.top}V${segment.bottom}`;
  return path;
}

function drawCaliper(group, plan, caliper, selected) {
  const a = pointOf(plan, caliper, 0), b = pointOf(plan, caliper, 1);
  if (!a || !b) return null;
  const { segment } = a, middle = (a.x + b.x) / 2;
  const mark = element("g", { class: selected ? "caliper selected" : "caliper" }, group);
  if (caliper.march) element("path", { class: "march", d: marchPath(plan, segment, a, b) }, mark);
  const span = `M${a.x} ${segment.top}V${segment.bottom}M${b.x} ${segment.top}V${segment.bottom}`;
  element("path", { class: "jaw", d: span }, mark);
  element("path", { class: "level", d: `M${a.x} ${a.y}H${b.x}M${b.x} ${b.y}H${a.x}M${middle} ${a.y}V${b.y}` }, mark);
  element("text", { class: "value", x: middle, y: segment.bottom - 1, "text-anchor": "middle" }, mark, spoken(caliper));
  for (const [end, point] of [[0, a], [1, b]]) {
    const handle = element("path", { class: "handle", d: `M${point.x} ${point.y}h0.001`, tabindex: 0, role: "slider",
      "data-end": end, "aria-label": end ? say("Caliper end on {lead}", { lead: caliper.lead }) : say("Caliper start on {lead}", { lead: caliper.lead }),
      "aria-valuenow": Math.round(caliper[`t${end}`] * 1000), "aria-valuetext": spoken(caliper) }, mark);
    element("path", { class: "knob", d: `M${point.x} ${point.y}h0.001` }, mark);
    handle.caliper = caliper;
  }
  return mark;
}

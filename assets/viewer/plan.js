// Where everything lies, in millimetres of paper. No drawing here.

const SPEEDS = [25, 50];
const GAINS = [5, 10, 20];
const FOCUS_PITCH_MM = 50;

function layoutOf(page, view) {
  if (view.focus) return { name: "focus", rows: [[view.focus]], pitch: FOCUS_PITCH_MM };
  const named = (name) => page.layouts.find((one) => one.name === name);
  return named(view.layout) ?? named(page.layout) ?? page.layouts[0];
}

// Traces laid out anew: rows of leads, the leads of a row sharing its ten seconds.
function tracePlan(page, view) {
  const layout = layoutOf(page, view);
  const { speed, gain } = view;
  // Taller waves get taller rows; smaller ones keep theirs, as on a recorder.
  const pitch = layout.pitch * Math.max(1, gain / STANDARD.gain);
  const segments = [];
  layout.rows.forEach((leads, row) => {
    const seconds = page.seconds / leads.length;
    leads.forEach((lead, column) => {
      const t0 = column * seconds, top = page.margin + row * pitch;
      segments.push({ lead, row, t0, t1: t0 + seconds, x0: t0 * speed, x1: (t0 + seconds) * speed,
        top, bottom: top + pitch, baseline: top + pitch / 2 });
    });
  });
  const own = layout.name === page.layout && speed === STANDARD.speed && gain === STANDARD.gain;
  return { kind: "traces", layout: layout.name, speed, gain, segments, own,
    width: page.seconds * speed, height: pitch * layout.rows.length + 2 * page.margin };
}

// A picture stays as it is: its boxes say where the leads lie. As it is printed, columns stand where
// they were, with pulses and margins.
function picturePlan(page, printed) {
  if (printed) {
    const { starts, named, left, width } = page.sheet;
    const segments = page.boxes.map((box, i) => ({ ...box, row: box.baseline, top: box.y0, bottom: box.y1,
      x0: starts[i], x1: starts[i] + box.x1 - box.x0, named: named[i] }));
    return { kind: "picture", layout: page.layout, ...STANDARD, segments, own: false, printed: true,
      width: page.width, height: page.height, before: -left, behind: left + width - page.width };
  }
  const segments = page.boxes.map((box) => ({ ...box, row: box.baseline, top: box.y0, bottom: box.y1 }));
  return { kind: "picture", layout: page.layout, ...STANDARD, segments, own: true,
    width: page.width, height: page.height };
}

function planOf(page, view) {
  return page.waves && (view.source === "traces" || !page.picture)
    ? tracePlan(page, view) : picturePlan(page, view.source !== "ink" && page.sheet);
}

// A record's calibration pulse stands left of the traces; a scan brings its own.
function marginsOf(plan) {
  const { before = 0, behind = 0 } = plan;
  return { left: plan.kind === "traces" ? 10 : Math.max(before, 5), top: 5, right: Math.max(behind, 5), bottom: 10 };
}

function fullSize(plan) {
  const margin = marginsOf(plan);
  return { w: plan.width + margin.left + margin.right, h: plan.height + margin.top + margin.bottom };
}

function segmentAt(plan, x, y) {
  const inside = plan.segments.filter((s) => x >= s.x0 - 1 && x <= s.x1 + 1);
  const row = (s) => Math.abs(y - s.baseline);
  return (inside.length ? inside : plan.segments).reduce((a, b) => (row(b) < row(a) ? b : a));
}

// The segment of a lead that shows a moment, so that a caliper follows its wave into any layout.
// A lead printed twice is found where it was measured: in its row, or in the rhythm strip.
function segmentShowing(plan, lead, t, seconds) {
  const unlike = (s) => Math.abs(s.t1 - s.t0 - seconds);
  return plan.segments.filter((s) => s.lead === lead && t >= s.t0 - 1e-6 && t <= s.t1 + 1e-6)
    .sort((a, b) => unlike(a) - unlike(b))[0];
}

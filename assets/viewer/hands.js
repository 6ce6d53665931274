// Mouse, pen and fingers on one panel: panning, pinching, measuring.

function listenToHands(viewer, panel) {
  const { sheet } = panel;
  let held = null, pinch = null, frame = 0;

  const startCaliper = (event) => {
    const at = millimetres(panel, event.clientX, event.clientY), segment = segmentAt(panel.plan, at.x, at.y);
    const { t, v } = reading(panel.plan, segment, at.x, at.y);
    return { kind: "measure", segment, end: 1, isNew: true,
      caliper: { panel: panel.id, lead: segment.lead, seconds: segment.t1 - segment.t0, t0: t, v0: v, t1: t, v1: v, march: false } };
  };

  sheet.onpointerdown = (event) => {
    if (event.button !== 0) return;
    const handle = event.target.closest?.(".handle");
    if (handle) {
      const { segment } = pointOf(panel.plan, handle.caliper, Number(handle.dataset.end));
      held = { kind: "measure", segment, end: Number(handle.dataset.end), caliper: handle.caliper };
      viewer.select(handle.caliper);
    } else if (viewer.tool === "caliper" && event.isPrimary) {
      held = startCaliper(event);
    } else if (event.pointerType === "mouse") {
      held = { kind: "pan", x: event.clientX, y: event.clientY, left: sheet.scrollLeft, top: sheet.scrollTop };
      sheet.classList.add("panning");
    } else return;
    sheet.setPointerCapture(event.pointerId);
    if (held.kind === "measure") event.preventDefault();
  };
  sheet.onpointermove = (event) => {
    if (!held) return;
    if (held.kind === "pan") {
      sheet.scrollLeft = held.left - (event.clientX - held.x) / pageZoom(panel);
      sheet.scrollTop = held.top - (event.clientY - held.y) / pageZoom(panel);
      return;
    }
    const at = millimetres(panel, event.clientX, event.clientY);
    const { t, v } = reading(panel.plan, held.segment, at.x, at.y);
    if (held.isNew && Math.hypot((t - held.caliper.t0) * panel.plan.speed, (v - held.caliper.v0) * panel.plan.gain) < 0.4) return;
    if (held.isNew) { viewer.addCaliper(held.caliper); held.isNew = false; }
    Object.assign(held.caliper, { [`t${held.end}`]: t, [`v${held.end}`]: v });
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => viewer.drawCalipers());
  };
  sheet.onpointerup = sheet.onpointercancel = () => {
    if (held?.kind === "measure" && !held.isNew) viewer.say(held.caliper);
    held = null;
    sheet.classList.remove("panning");
  };

  sheet.onkeydown = (event) => {
    const handle = event.target.closest?.(".handle");
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!handle || !step) return;
    const far = event.shiftKey ? 5 : 1, { caliper } = handle, end = handle.dataset.end;
    caliper[`t${end}`] += step[0] * 0.004 * far;
    caliper[`v${end}`] += step[1] * 0.02 * far;
    viewer.select(caliper);
    sheet.querySelector(`.selected .handle[data-end="${end}"]`)?.focus();
    viewer.say(caliper);
    event.preventDefault();
  };
  sheet.ondblclick = (event) => {
    const at = millimetres(panel, event.clientX, event.clientY);
    if (viewer.tool !== "caliper") viewer.focusOn(segmentAt(panel.plan, at.x, at.y).lead);
  };

  // The browser may not zoom the page instead, so these listeners are not passive.
  sheet.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    viewer.zoomBy(Math.exp(-event.deltaY / 300), event.clientX, event.clientY, panel);
  }, { passive: false });
  const spread = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  const centre = ([a, b]) => [(a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2];
  sheet.addEventListener("touchstart", (event) => {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    held = null;
    pinch = { spread: spread(event.touches), factor: panel.factor, centre: centre(event.touches) };
  }, { passive: false });
  sheet.addEventListener("touchmove", (event) => {
    if (!pinch || event.touches.length !== 2) return;
    event.preventDefault();
    const touches = [...event.touches];
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      if (!pinch) return;
      const [x, y] = centre(touches);
      sheet.scrollLeft -= x - pinch.centre[0];
      sheet.scrollTop -= y - pinch.centre[1];
      pinch.centre = [x, y];
      viewer.zoomTo((pinch.factor * spread(touches)) / pinch.spread, x, y, panel);
    });
  }, { passive: false });
  sheet.addEventListener("touchend", () => { pinch = null; });
  sheet.addEventListener("scroll", () => viewer.follow(panel), { passive: true });
}

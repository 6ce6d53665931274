// The viewer: what the reader chose, the panels that show it, and what comes from the server.

const viewers = new WeakMap();

class Viewer {
  constructor(root) {
    this.root = root;
    this.section = root.querySelector(".viewer");
    this.panels = [];
    this.calipers = [];
    this.tool = "pan";
    this.view = { focus: null };
    this.moved = 0;
    wireTools(this);
    fillHelp(this.find(".help"));
    // Told once when it begins to watch, of a size that is known already.
    this.watcher = new ResizeObserver(() => { if (this.sized !== this.room()) this.applySize(); });
    this.stopKeys = listenToKeys(this);
    listenToReasons();
    this.stopLit = whenLit(() => this.showLit(true));
    document.addEventListener("fullscreenchange", this.onFull = () => this.applySize());
  }

  find(selector) { return this.root.querySelector(selector); }
  all(selector) { return [...this.root.querySelectorAll(selector)]; }

  destroy() {
    this.watcher.disconnect();
    this.stopKeys();
    this.stopLit();
    document.removeEventListener("fullscreenchange", this.onFull);
  }

  // ---- what is shown ----

  receive(data, send) {
    this.data = data;
    this.send = send;
    if (this.shown !== data.page.id) {
      performance.mark("ecg-received");
      requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("ecg-painted")));
      this.shown = data.page.id;
      if (this.ecg !== data.page.ecg) {
        toTheTop();
        if (lit().draft === REASONS) light(NOTHING_LIT);
      }
      this.ecg = data.page.ecg;
      this.view = { focus: null };
      this.calipers = [];
      this.moved = 0;
      this.panels.forEach(({ sheet }) => { sheet.scrollLeft = 0; });
    }
    this.render();
  }

  set(changes) { this.keep({ ...changes, source: "traces" }); }
  focus(lead) { this.view.focus = lead; this.render(); }
  keep(changes) { choose(changes); this.render(); }

  fullView() {
    const { speed, gain, layout } = kept;
    return { speed, gain, layout, ...this.view, source: this.view.focus ? "traces" : this.source(this.data.page) };
  }

  source(page) {
    if (!page.picture) return "traces";
    return kept.source === "traces" && !page.waves ? "picture" : kept.source;
  }

  specs() {
    const { page, overlay, previous } = this.data, view = this.fullView();
    const laidOver = previous?.page.waves && page.waves && kept.compare === "over";
    const under = laidOver && view.source === "traces"
      ? { page: previous.page, title: previous.title, shift: previous.shift + this.moved } : null;
    const main = { page, view, under, shading: shadingOf(overlay, overlay), name: "" };
    const found = [main];
    if (overlay?.second) {
      main.name = overlay.name;
      found.push({ ...main, shading: shadingOf(overlay, overlay.second), name: overlay.second.name });
    }
    if (previous && !under)
      found.push({ page: previous.page, view: { ...view, source: this.source(previous.page) }, under: null, shading: null, name: previous.title });
    if (previous && !under && !main.name) main.name = say("This ECG");
    return found;
  }

  render() {
    const specs = this.specs(), place = this.find(".panels");
    while (this.panels.length > specs.length) {
      const panel = this.panels.pop();
      this.watcher.unobserve(panel.sheet);
      panel.frame.remove();
    }
    specs.forEach((spec, index) => {
      if (!this.panels[index]) {
        const panel = makePanel(place);
        panel.id = index;
        listenToHands(this, panel);
        this.watcher.observe(panel.sheet);
        this.panels.push(panel);
      }
      this.fill(this.panels[index], spec);
    });
    place.style.setProperty("--columns", specs.length > 1 ? 2 : 1);
    this.applySize();
    this.showHeat();
    this.showLit();
    this.drawCalipers();
    showTools(this);
    this.showTool();
  }

  // Only what changes the drawing draws it anew; a new target or theme changes the overlay alone.
  fill(panel, { page, view, under, shading, name }) {
    const key = JSON.stringify([page.id, page.marks, view, under && [under.page.id, under.shift]]);
    if (panel.key !== key) {
      const plan = planOf(page, view);
      Object.assign(panel, { key, page, plan, shaded: null }, drawSheet(page, plan, view, under));
      panel.sheet.replaceChildren(panel.svg);
      panel.sheet.setAttribute("aria-label", page.spoken);
    }
    // Nobody who does not look at it waits for it.
    const shaded = kept.show && shading ? JSON.stringify([shading.name, shading.probable, shading.lanes]) : "";
    if (panel.shaded !== shaded) { panel.shaded = shaded; drawShade(panel, shaded ? shading : null); }
    panel.shading = shading;
    panel.name.textContent = name;
    panel.name.hidden = !name;
  }

  showHeat() {
    const { overlay } = this.data;
    for (const { heat, shading } of this.panels)
      heat.style.setProperty("--strength", (kept.opacity / 100) * Math.max(shading?.weight ?? 1, FAINTEST));
    this.find(".show").setAttribute("aria-pressed", String(kept.show));
    this.find(".opacity").value = kept.opacity;
    this.find(".caution").textContent = overlay?.caution ?? "";
    this.find(".caution").hidden = !overlay?.caution;
  }

  // look: bring a lit lead into sight.
  showLit(look = false) {
    const { leads } = lit(), [main] = this.panels;
    for (const panel of this.panels) drawLit(panel, leads);
    this.section.classList.toggle("lighting", leads.length > 0);
    if (look && main?.lit.firstChild) this.bringIntoSight(main);
  }

  bringIntoSight({ sheet, lit: { children } }) {
    const shown = sheet.getBoundingClientRect(), seen = Math.min(shown.bottom, window.innerHeight) - Math.max(shown.top, 0);
    if (seen < shown.height / 2) sheet.scrollIntoView({ block: "center" });
    const frame = sheet.getBoundingClientRect(), boxes = [...children].map((node) => node.getBoundingClientRect());
    if (boxes.some((box) => box.left < frame.right - 20 && box.right > frame.left + 20 && box.top < frame.bottom - 20 && box.bottom > frame.top + 20)) return;
    sheet.scrollBy({ left: boxes[0].left - frame.left - 10, top: boxes[0].top - frame.top - 10 });
  }

  // ---- size ----

  inFullScreen() { return document.fullscreenElement !== null && Boolean(this.root.host?.matches?.(":fullscreen") || this.root.fullscreenElement); }

  factor(panel) {
    // A phone would shrink the ECG to a thumbnail: there it opens true to scale and scrolls.
    const wanted = kept.scale ?? (this.section.clientWidth < 640 ? 1 : "fit");
    if (wanted === "fit") return fitFactor(panel, this.inFullScreen()) * this.alone();
    return kept.scale === null ? wanted * this.alone() : wanted;
  }

  // A lead alone is looked at closely: twice as large as among the others.
  alone() { return this.view.focus ? 2 : 1; }

  room() { return this.panels.map(({ sheet }) => `${sheet.offsetWidth}×${sheet.offsetHeight}`).join(); }

  applySize() {
    if (!this.panels[0]?.svg) return;
    for (const panel of this.panels) {
      // The frame keeps its height at every zoom: the paper moves in it, the page does not jump.
      const base = (this.section.clientWidth < 640 ? 1 : fitFactor(panel, false)) * this.alone();
      panel.sheet.style.height = this.inFullScreen() ? "" : `${panel.full.h * CSS_PX_PER_MM * base + 2}px`;
      resize(panel, this.factor(panel));
    }
    this.sized = this.room();
    this.showSize();
  }

  showSize() {
    showZoom(this, kept.scale ?? (this.section.clientWidth < 640 ? 1 : "fit"), this.panels[0].factor);
  }

  zoomTo(wanted, clientX, clientY, panel = this.panels[0]) {
    choose({ scale: wanted === "fit" ? "fit" : Math.min(Math.max(wanted, SMALLEST), LARGEST) });
    if (wanted === "fit") { this.applySize(); return; }
    const box = panel.sheet.getBoundingClientRect();
    const [x, y] = [clientX ?? box.left + box.width / 2, clientY ?? box.top + Math.min(box.height, window.innerHeight) / 2];
    resizeAround(panel, kept.scale, x, y);
    for (const other of this.panels) if (other !== panel) resize(other, kept.scale);
    this.follow(panel);
    this.showSize();
  }

  zoomBy(times, clientX, clientY, panel = this.panels[0]) { this.zoomTo(panel.factor * times, clientX, clientY, panel); }

  // Panels beside each other show the same place.
  follow(panel) {
    for (const other of this.panels) {
      if (other === panel) continue;
      if (Math.abs(other.sheet.scrollLeft - panel.sheet.scrollLeft) > 1) other.sheet.scrollLeft = panel.sheet.scrollLeft;
      if (Math.abs(other.sheet.scrollTop - panel.sheet.scrollTop) > 1) other.sheet.scrollTop = panel.sheet.scrollTop;
    }
  }

  fullScreen() {
    if (this.inFullScreen()) document.exitFullscreen();
    else this.section.requestFullscreen?.();
  }

  // ---- layout ----

  chooseLayout(name) {
    if (name === "focus") return;
    this.view.focus = null;
    this.set({ layout: name });
  }

  nextLayout() {
    const names = this.data.page.layouts.map((one) => one.name);
    if (!this.data.page.waves) return false;
    this.chooseLayout(names[(names.indexOf(this.panels[0].plan.layout) + 1) % names.length]);
    return true;
  }

  cycle(name, values) {
    if (!this.data.page.waves) return false;
    this.set({ [name]: values[(values.indexOf(kept[name]) + 1) % values.length] });
    return true;
  }

  focusOn(lead) {
    if (!this.data.page.waves?.leads[lead]) return;
    this.focus(this.view.focus ? null : lead);
  }

  nextFocus() {
    if (!this.data.page.waves) return false;
    const leads = Object.keys(this.data.page.waves.leads);
    this.focus(leads[(leads.indexOf(this.view.focus) + 1) % leads.length]);
    return true;
  }

  nextSource() {
    const { page } = this.data;
    if (!page.picture) return false;
    const offered = ["picture", "ink", ...(page.waves ? ["traces"] : [])];
    this.keep({ source: offered[(offered.indexOf(this.source(page)) + 1) % offered.length] });
    return true;
  }

  nextComparison() {
    if (!this.data.previous) return false;
    this.keep({ compare: kept.compare === "side" ? "over" : "side" });
    return true;
  }

  shift(seconds) {
    if (!this.data.previous) return false;
    this.moved += seconds;
    this.render();
    return true;
  }

  toggleAttention() {
    if (!this.data.overlay) return false;
    this.keep({ show: !kept.show });
    return true;
  }

  // ---- calipers ----

  useTool(tool) {
    this.tool = this.tool === tool ? "pan" : tool;
    this.showTool();
  }

  showTool() {
    this.section.classList.toggle("measuring", this.tool === "caliper");
    this.find("[data-tool]").setAttribute("aria-pressed", String(this.tool === "caliper"));
    this.find(".marching").disabled = this.find(".clear").disabled = !this.calipers.length;
    this.find(".marching").setAttribute("aria-pressed", String(Boolean(this.selected()?.march)));
  }

  selected() { return this.calipers[this.calipers.length - 1]; }
  addCaliper(caliper) { this.calipers.push(caliper); this.drawCalipers(); }

  select(caliper) {
    this.calipers = [...this.calipers.filter((one) => one !== caliper), caliper];
    this.drawCalipers();
  }

  march() {
    if (!this.selected()) return false;
    this.selected().march = !this.selected().march;
    this.drawCalipers();
    return true;
  }

  removeCaliper() {
    if (!this.selected()) return false;
    this.calipers.pop();
    this.drawCalipers();
    return true;
  }

  clearCalipers() { this.calipers = []; this.drawCalipers(); }
  say(caliper) { this.find(".measure").textContent = `${caliper.lead}: ${spoken(caliper)}`; }

  drawCalipers() {
    for (const panel of this.panels) {
      // The marks of a handle that is being dragged must outlive its redrawing.
      panel.marks.replaceChildren();
      for (const caliper of this.calipers)
        if (caliper.panel === panel.id) drawCaliper(panel.marks, panel.plan, caliper, caliper === this.selected());
    }
    this.showTool();
  }

  // ---- help ----

  help() {
    const dialog = this.find(".help");
    if (dialog.open) dialog.close(); else dialog.showModal();
  }

  escape() {
    if (closeMenus(this)) return true;
    if (this.find(".help").open) this.find(".help").close();
    else if (lit().text) light(NOTHING_LIT);
    else if (this.tool === "caliper") this.useTool("caliper");
    else if (this.calipers.length) this.clearCalipers();
    else if (this.view.focus) this.focus(null);
    else return false;
    return true;
  }
}

// So much of the chosen strength has what is not probable at all: what was asked for is seen.
const FAINTEST = 0.15;

function shadingOf(overlay, map) {
  return map ? { ...map, palette: overlay.palette, step: overlay.step } : null;
}

// The next case begins at the top of its ECG, however far down the last one was left.
function toTheTop() { document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0); }

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement;
  guardKeys();
  if (!viewers.has(root)) viewers.set(root, new Viewer(root));
  viewers.get(root).receive(data, setTriggerValue);
  markDrawn(root, "paper");
  sawPaper(data.page.ecg);
  return () => { viewers.get(root)?.destroy(); viewers.delete(root); };
}

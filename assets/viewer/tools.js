// The row of tools over the ECG and its two menus: what is offered, and what is chosen.

const ZOOMS = [["1", say("100 %")], ["2", say("200 %")]];

function options(select, pairs, value) {
  const wanted = JSON.stringify(pairs);
  if (select.dataset.pairs !== wanted) {
    select.replaceChildren(...pairs.map(([key, name]) => new Option(name, key)));
    select.dataset.pairs = wanted;
  }
  select.value = value;
}

function wireTools(viewer) {
  const on = (selector, run) => viewer.all(selector).forEach((node) => { node.onclick = () => run(node.dataset); });
  const changed = (selector, run) => { viewer.find(selector).onchange = (event) => run(event.target.value); };
  on("[data-compare]", ({ compare }) => viewer.keep({ compare }));
  on("[data-shift]", ({ shift }) => viewer.shift(Number(shift)));
  on("[data-tool]", () => viewer.useTool("caliper"));
  on(".marching", () => viewer.march());
  on(".clear", () => viewer.clearCalipers());
  on(".full", () => viewer.fullScreen());
  on(".ask", () => { closeMenus(viewer); viewer.help(); });
  on(".show", () => viewer.toggleAttention());
  on(".last", () => viewer.send("previous", viewer.data.previous ? "" : sameAs(viewer.data)[0][0]));
  on(".alone", () => viewer.send("previous", ""));
  on(".menu-of", ({ menu }) => openMenu(viewer, menu));
  changed(".source", (source) => viewer.keep({ source }));
  changed(".layout", (name) => viewer.chooseLayout(name));
  changed(".speed", (speed) => viewer.set({ speed: Number(speed) }));
  changed(".gain", (gain) => viewer.set({ gain: Number(gain) }));
  changed(".zoom", (scale) => viewer.zoomTo(scale === "fit" ? "fit" : Number(scale)));
  for (const name of ["target", "against", "method"])
    changed(`.${name}`, (value) => { choose({ show: true }); viewer.send(name, value); });
  changed(".previous", (value) => { closeMenus(viewer); viewer.send("previous", value); });
  viewer.find(".opacity").oninput = (event) => { choose({ opacity: Number(event.target.value), show: true }); viewer.showHeat(); };
  viewer.all(".menu").forEach((menu) => {
    menu.ontoggle = () => { button(viewer, menu).setAttribute("aria-expanded", String(menu.matches(":popover-open"))); };
  });
}

const button = (viewer, menu) => viewer.find(`[data-menu=${menu.classList[1]}]`);
const sameAs = ({ earlier }) => (earlier ?? []).filter(([, , same]) => same);

// Below its button, and within the window.
function openMenu(viewer, name) {
  const menu = viewer.find(`.menu.${name}`), below = button(viewer, menu).getBoundingClientRect();
  menu.togglePopover();
  if (!menu.matches(":popover-open")) return;
  menu.style.top = `${below.bottom + 4}px`;
  menu.style.left = `${Math.max(Math.min(below.left, window.innerWidth - menu.offsetWidth - 8), 8)}px`;
}

// Whether one was open.
function closeMenus(viewer) {
  const open = viewer.all(".menu").filter((menu) => menu.matches(":popover-open"));
  open.forEach((menu) => menu.hidePopover());
  return open.length > 0;
}

function showTools(viewer) {
  const { page, overlay, previous, earlier } = viewer.data, main = viewer.panels[0].plan;
  const press = (name, value) => viewer.all(`[data-${name}]`).forEach((node) =>
    node.setAttribute("aria-pressed", String(node.dataset[name] === String(value))));
  press("compare", kept.compare);
  const asTraces = main.kind === "traces";
  // A picture is as it was printed: its layout, speed and gain are no choice.
  for (const name of ["layout", "speed", "gain"]) viewer.find(`.${name}`).hidden = !asTraces;
  const layouts = page.layouts.map(({ name, title }) => [name, title]);
  if (viewer.view.focus) layouts.unshift(["focus", say("{lead} alone", { lead: viewer.view.focus })]);
  options(viewer.find(".layout"), layouts, main.layout);
  options(viewer.find(".speed"), SPEEDS.map((one) => [String(one), `${one} mm/s`]), String(main.speed));
  options(viewer.find(".gain"), GAINS.map((one) => [String(one), `${one} mm/mV`]), String(main.gain));
  const sources = [["picture", say("Scan")], ["ink", say("As read")], ...(page.waves ? [["traces", say("Traces")]] : [])];
  viewer.find(".source").hidden = !page.picture;
  options(viewer.find(".source"), sources, viewer.fullView().source);
  viewer.find(".tools .attention").hidden = !overlay;
  if (overlay) {
    viewer.find(".ramp b").style.background = overlay.ramp;
    options(viewer.find(".target"), overlay.targets, overlay.target);
    options(viewer.find(".method"), overlay.methods, overlay.method);
    options(viewer.find(".against"), [["", say("No second class")], ...overlay.targets], overlay.second?.target ?? "");
    viewer.find(".method").parentElement.hidden = overlay.methods.length < 2;
    viewer.find(".against").parentElement.hidden = overlay.targets.length < 2;
  }
  viewer.find(".comparing").hidden = !(earlier?.length || previous);
  viewer.find(".last").hidden = !sameAs(viewer.data).length;
  viewer.find(".last").setAttribute("aria-pressed", String(Boolean(previous)));
  options(viewer.find(".previous"), [["", say("No other ECG")], ...(earlier ?? [])], previous?.key ?? "");
  viewer.find(".earlier").hidden = !previous;
  viewer.find(".compare").hidden = !(previous?.page.waves && page.waves);
  if (previous) {
    viewer.find(".earlier .caption").textContent = previous.same
      ? say("Both files carry the same patient number.")
      : say("Nothing in the files says so: check that both ECGs are of the same person.");
    viewer.find(".shifted").textContent = `${Math.round((previous.shift + viewer.moved) * 1000)} ms`;
  }
  viewer.find(".shifting").hidden = !(previous && kept.compare === "over" && page.waves);
}

// The size as it is, whether it was chosen or fits the width.
function showZoom(viewer, mode, factor) {
  const percent = say("{percent} %", { percent: Math.round(factor * 100) }), known = ZOOMS.some(([key]) => key === String(mode));
  const pairs = [["fit", mode === "fit" ? say("{percent} (fit)", { percent }) : say("Fit the width")], ...ZOOMS];
  if (mode !== "fit" && !known) pairs.push([String(mode), percent]);
  options(viewer.find(".zoom"), pairs, String(mode));
}

// One sheet in its frame: size on the screen, scale bar, scrolling. Knows no other panel.

const CSS_PX_PER_MM = 96 / 25.4;
const BAR_SECONDS = [0.04, 0.1, 0.2, 0.4, 1], BAR_MILLIVOLTS = [0.1, 0.2, 0.5, 1];
const FINE_PX = 2.4; // Closer millimetre lines would only grey the paper.
const LARGEST = 8, SMALLEST = 0.15;

function makePanel(parent) {
  const frame = document.createElement("div");
  frame.className = "panel";
  frame.innerHTML = '<div class="name"></div><div class="frame"><div class="sheet" tabindex="0" role="img"></div>'
    + '<div class="scalebar" aria-hidden="true"></div></div>';
  parent.appendChild(frame);
  return { frame, sheet: frame.querySelector(".sheet"), name: frame.querySelector(".name"),
    bar: frame.querySelector(".scalebar"), key: null, image: null };
}

function fitFactor(panel, inFullScreen) {
  const room = { w: panel.sheet.clientWidth || 900, h: panel.sheet.clientHeight };
  const across = room.w / (panel.full.w * CSS_PX_PER_MM);
  return inFullScreen ? Math.min(across, room.h / (panel.full.h * CSS_PX_PER_MM)) : across;
}

function resize(panel, factor) {
  panel.factor = factor;
  panel.svg.setAttribute("width", (panel.full.w * CSS_PX_PER_MM * factor).toFixed(2));
  panel.svg.setAttribute("height", (panel.full.h * CSS_PX_PER_MM * factor).toFixed(2));
  // Marks keep their size on the screen: a unit of the drawing is a millimetre.
  panel.svg.style.setProperty("--u", 1 / (CSS_PX_PER_MM * factor));
  panel.svg.classList.toggle("distant", CSS_PX_PER_MM * factor < FINE_PX);
  // Measured when the frame is laid out anyway: asked at once, the browser would lay out twice.
  cancelAnimationFrame(panel.measuring);
  panel.measuring = requestAnimationFrame(() => drawScaleBar(panel));
}

// Places on the screen are in pixels of the screen, sizes and scrolling in those of the page.
function pageZoom({ sheet }) { return sheet.currentCSSZoom ?? 1; }

function longest(steps, px, room) {
  return steps.filter((one) => one * px <= room).pop() ?? steps[0];
}

// In the corner of the frame, whatever part of the sheet is seen; measured from the sheet as it
// stands on the screen, so that it is right at every zoom of viewer and browser.
function drawScaleBar(panel) {
  const box = panel.svg.getBoundingClientRect();
  if (!box.width) return;
  const px = box.width / pageZoom(panel) / panel.full.w, perSecond = px * panel.plan.speed, perMillivolt = px * panel.plan.gain;
  const seconds = longest(BAR_SECONDS, perSecond, 110), millivolts = longest(BAR_MILLIVOLTS, perMillivolt, 45);
  const w = seconds * perSecond, h = millivolts * perMillivolt;
  const time = seconds < 1 ? `${seconds * 1000} ms` : `${written(seconds)} s`;
  panel.bar.dataset.seconds = seconds;
  panel.bar.dataset.millivolts = millivolts;
  panel.bar.innerHTML = `<i style="width:${w}px;height:${h}px"></i><span>${time}</span><b>${written(millivolts)} mV</b>`;
}

function millimetres(panel, clientX, clientY) {
  const box = panel.svg.getBoundingClientRect(), margin = marginsOf(panel.plan);
  const px = box.width / panel.full.w;
  return { x: (clientX - box.left) / px - margin.left, y: (clientY - box.top) / px - margin.top };
}

// After a change of size the same place of the paper lies under the same place of the screen.
function resizeAround(panel, factor, clientX, clientY) {
  const held = millimetres(panel, clientX, clientY);
  resize(panel, factor);
  const now = millimetres(panel, clientX, clientY), px = CSS_PX_PER_MM * factor;
  panel.sheet.scrollLeft += (held.x - now.x) * px;
  panel.sheet.scrollTop += (held.y - now.y) * px;
}

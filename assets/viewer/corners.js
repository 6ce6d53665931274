// Four corners over a picture, dragged or moved with the arrow keys. Places are shares of the
// picture's width and height; what is set goes to the app when the hand lets go.
const INSET = 0.02, STEP = 0.004, PAUSE_MS = 700;
const WHOLE = [[INSET, INSET], [1 - INSET, INSET], [1 - INSET, 1 - INSET], [INSET, 1 - INSET]];
const states = new WeakMap();

function paint(state) {
  state.handles.forEach((handle, i) => {
    handle.style.left = `${state.corners[i][0] * 100}%`;
    handle.style.top = `${state.corners[i][1] * 100}%`;
  });
  state.polygon.setAttribute("points", state.corners.map(([x, y]) => `${x * 100},${y * 100}`).join(" "));
  state.frame.classList.toggle("unset", !state.set);
}

function move(state, i, x, y) {
  const clip = (share) => Math.min(1, Math.max(0, share));
  state.corners[i] = [clip(x), clip(y)];
  state.set = true;
  paint(state);
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement;
  let state = states.get(root);
  if (!state) {
    state = { id: null, frame: root.querySelector(".frame"), image: root.querySelector("img"),
      polygon: root.querySelector("polygon"), handles: [...root.querySelectorAll("button")] };
    states.set(root, state);
  }
  const id = JSON.stringify([data.id, data.corners]);
  if (state.id !== id && !state.held) {
    if (state.source !== data.id) state.image.src = data.picture;
    state.source = data.id;
    state.id = id;
    state.set = Boolean(data.corners);
    state.corners = (data.corners ?? WHOLE).map((corner) => [...corner]);
    paint(state);
  }
  // A value that stays goes along with the next press as well: of two messages that a busy server
  // finds waiting, it may run the later one alone.
  const tell = () => setStateValue("corners", state.corners);
  state.handles.forEach((handle, i) => {
    handle.onpointerdown = (event) => {
      state.held = true;
      handle.setPointerCapture(event.pointerId);
    };
    handle.onpointermove = (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const box = state.frame.getBoundingClientRect();
      move(state, i, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    handle.onpointerup = handle.onpointercancel = () => {
      if (!state.held) return;
      state.held = false;
      if (state.set) tell();
    };
    handle.onkeydown = (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const far = event.shiftKey ? 5 : 1, [x, y] = state.corners[i];
      move(state, i, x + step[0] * STEP * far, y + step[1] * STEP * far);
      clearTimeout(state.timer);
      state.timer = setTimeout(tell, PAUSE_MS);
    };
  });
  return () => { clearTimeout(state.timer); states.delete(root); };
}

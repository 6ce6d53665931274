// Keyboard: one table, which the help sheet shows.

const SHORTCUTS = [
  { keys: ["+", "="], shown: "+", does: say("Larger"), run: (v) => v.zoomBy(1.25) },
  { keys: ["-"], shown: "−", does: say("Smaller"), run: (v) => v.zoomBy(0.8) },
  { keys: ["0"], does: say("Fit the width"), run: (v) => v.zoomTo("fit") },
  { keys: ["9"], does: say("True to scale (100 %)"), run: (v) => v.zoomTo(1) },
  { keys: ["8"], does: say("Twice as large (200 %)"), run: (v) => v.zoomTo(2) },
  { keys: ["s"], does: say("Paper speed: 25 or 50 mm/s"), run: (v) => v.cycle("speed", SPEEDS) },
  { keys: ["g"], does: say("Gain: 5, 10 or 20 mm/mV"), run: (v) => v.cycle("gain", GAINS) },
  { keys: ["l"], does: say("Next layout"), run: (v) => v.nextLayout() },
  { keys: ["f"], does: say("One lead alone; again for the next lead"), run: (v) => v.nextFocus() },
  { keys: ["c"], does: say("Calipers: drag between two points of a lead"), run: (v) => v.useTool("caliper") },
  { keys: ["m"], does: say("March the interval along the row"), run: (v) => v.march() },
  { keys: ["Delete", "Backspace"], shown: say("Delete"), does: say("Remove the caliper"), run: (v) => v.removeCaliper() },
  { keys: ["h"], does: say("Attention (heat) on or off"), run: (v) => v.toggleAttention() },
  { keys: ["v"], does: say("Scan, as read, or its traces"), run: (v) => v.nextSource() },
  { keys: ["e"], does: say("Earlier ECG: beside, or laid over"), run: (v) => v.nextComparison() },
  { keys: ["["], does: say("Shift the earlier ECG by 40 ms to the left"), run: (v) => v.shift(-0.04) },
  { keys: ["]"], does: say("Shift the earlier ECG by 40 ms to the right"), run: (v) => v.shift(0.04) },
  { keys: ["z"], does: say("Full screen"), run: (v) => v.fullScreen() },
  { keys: ["Escape"], shown: say("Esc"), does: say("Leave the lit leads, the lead, the calipers, this sheet"), run: (v) => v.escape() },
  { keys: ["n"], does: say("Write the note"), run: () => toNote() },
  { keys: ["?"], does: say("This sheet"), run: (v) => v.help() },
];
const BY_HAND = [
  [say("Drag"), say("Move the ECG")],
  [say("Ctrl + wheel, or two fingers"), say("Zoom where you point")],
  [say("Click a sentence of the draft"), say("Its leads and numbers light up; again, or Esc, and they do not")],
  [say("Double click on a lead"), say("That lead alone, and back")],
  [say("Arrow keys on a caliper point"), say("4 ms or 0.02 mV; with Shift five times as far")],
];

// The note belongs to the form beside the ECG; false leaves the key to others.
function toNote() {
  const note = document.querySelector('[class*="st-key-note_"] textarea');
  if (!note) return false;
  note.focus();
  return true;
}

// Whoever types in a field means the field.
function isTyping(event) {
  const from = event.composedPath()[0];
  if (!(from instanceof Element)) return false;
  if (from.matches("textarea, select, [contenteditable=true], [role=textbox], [role=combobox]")) return true;
  return from.matches("input:not([type=checkbox]):not([type=range]):not([type=radio])");
}

// What decides waits until the ECG is drawn, and a moment longer: a key that was meant for the case
// before signs nothing of this one.
const DECIDING = new Set(["a", "o", "d", "t", "p", "w", "1", "2", "3", "4", "5", "enter"]), MOMENT_MS = 350;
let guarding = false, seenEcg = null, seenAt = -Infinity;

function sawPaper(ecg) {
  if (ecg === seenEcg) return;
  seenEcg = ecg;
  seenAt = performance.now();
}

function guardKeys() {
  if (guarding) return;
  guarding = true;
  window.addEventListener("keydown", (event) => {
    if (event.key === "Enter") leaveReason(event);
    if (!DECIDING.has(event.key.toLowerCase()) || isTyping(event)) return;
    const desk = document.querySelector(".st-key-desk, .st-key-blind");
    if (!desk) return;
    if (!desk.querySelector('[data-drawn="paper"]') || performance.now() - seenAt <= MOMENT_MS) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if ("12345".includes(event.key)) toReason(document.querySelector(".st-key-desk"), performance.now() + REASON_WITHIN_MS);
  }, true);
}

// A class chosen by its key is followed by the reason, which is asked for once the server knows.
const REASON_WITHIN_MS = 5000;

function toReason(desk, until) {
  const field = desk?.querySelector('[class*="st-key-reason_"] input');
  if (field) field.focus();
  else if (desk?.isConnected && performance.now() < until) setTimeout(() => toReason(desk, until), 100);
}

// Enter ends the reason; pressed again it saves.
function leaveReason(event) {
  const field = event.composedPath()[0];
  if (!(field instanceof Element) || !field.closest('[class*="st-key-reason_"], [class*="st-key-lowered_"]')) return;
  setTimeout(() => field.blur());
}

function listenToKeys(viewer) {
  const listener = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (document.querySelector("[role=dialog]")) return;
    const wanted = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const shortcut = SHORTCUTS.find((one) => one.keys.includes(wanted));
    if (!shortcut || shortcut.run(viewer) === false) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener("keydown", listener, true);
  return () => window.removeEventListener("keydown", listener, true);
}

function fillHelp(dialog) {
  const rows = [...BY_HAND, ...SHORTCUTS.map((one) => [one.shown ?? one.keys[0].toUpperCase(), one.does])];
  const list = dialog.querySelector("dl");
  for (const [key, does] of rows) {
    const term = document.createElement("dt"), text = document.createElement("dd");
    const cap = document.createElement("kbd");
    cap.textContent = key;
    term.append(cap);
    text.textContent = does;
    list.append(term, text);
  }
}

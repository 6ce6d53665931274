// What the reader chose of the paper, kept whichever ECG is shown: who goes along a pile chooses
// once. Paper that is not standard says so on every sheet. One lead alone is for the ECG at hand.

const STANDARD = { speed: 25, gain: 10 };
// Until the window is closed: how the paper lies. For good: whether the shade is wanted.
const WINDOW = { scale: null, layout: null, compare: "side", source: "picture", ...STANDARD };
const ALWAYS = { show: false, opacity: 60 };
const kept = { ...WINDOW, ...ALWAYS, ...remembered("sessionStorage", WINDOW), ...remembered("localStorage", ALWAYS) };

// A browser may forbid to remember, and what it remembers may be of an older version.
function remembered(where, known) {
  try {
    const found = JSON.parse(window[where].getItem("ecg-paper")) ?? {};
    return Object.fromEntries(Object.entries(found).filter(([name]) => name in known));
  } catch { return {}; }
}

function keepFor(where, known) {
  try { window[where].setItem("ecg-paper", JSON.stringify(Object.fromEntries(Object.keys(known).map((name) => [name, kept[name]])))); }
  catch { /* It is kept while the page stays open. */ }
}

function choose(changes) {
  Object.assign(kept, changes);
  keepFor("sessionStorage", WINDOW);
  keepFor("localStorage", ALWAYS);
}

// What the chosen sentence of the draft rests on: the draft tells it, the paper lights the leads,
// the header marks the numbers. Parts of one page that know nothing else of each other; the server
// is not asked.

const LIT = "ecg-lit";
const NOTHING_LIT = { text: "", leads: [], numbers: [] };

function lit() { return window.ecgLit ?? NOTHING_LIT; }

function light(basis) {
  window.ecgLit = basis;
  window.dispatchEvent(new Event(LIT));
}

function whenLit(run) {
  window.addEventListener(LIT, run);
  return () => window.removeEventListener(LIT, run);
}

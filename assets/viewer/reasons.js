// The reasons of the verdict stand as plain buttons beside the form (widgets/desk/badges.py): a click
// lights the leads and numbers that one rests on, as a sentence of the draft does.

const REASONS = "reasons";
let listening = false;

function listenToReasons() {
  if (listening) return;
  listening = true;
  document.addEventListener("click", (event) => {
    const node = event.target instanceof Element ? event.target.closest(".reason") : null;
    if (node) light(node.ariaPressed === "true" ? NOTHING_LIT : basisOf(node));
  });
  whenLit(showReasons);
}

function basisOf({ textContent: text, dataset: { leads, numbers } }) {
  const words = (line) => line.split(" ").filter(Boolean);
  return { text, leads: words(leads), numbers: words(numbers), draft: REASONS };
}

function showReasons() {
  const { text, draft } = lit();
  for (const node of document.querySelectorAll(".reason"))
    node.ariaPressed = String(draft === REASONS && node.textContent === text);
}

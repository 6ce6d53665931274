// The reasons of the verdict stand as plain buttons beside the form (widgets/desk/badges.py): a click
// lights the leads and numbers that one rests on, as a sentence of the draft does.

const REASONS = "reasons";
let listening = false;

function listenToReasons() {
  if (listening) return;
  listening = true;
  document.addEventListener("click", (event) => {
    const node = reasonOf(event);
    if (!node) return;
    light(node.ariaPressed === "true" ? NOTHING_LIT : basisOf(node));
    // After the mouse, Enter belongs to the decision again.
    if (event.detail) node.blur();
  });
  // On a reason Enter shows where, and saves nothing.
  window.addEventListener("keydown", (event) => {
    const node = event.key === "Enter" ? reasonOf(event) : null;
    if (!node) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    node.click();
  }, true);
  whenLit(showReasons);
}

function reasonOf({ target }) { return target instanceof Element ? target.closest(".reason") : null; }

function basisOf({ textContent: text, dataset: { leads, numbers } }) {
  const words = (line) => line.split(" ").filter(Boolean);
  return { text, leads: words(leads), numbers: words(numbers), draft: REASONS };
}

function showReasons() {
  const { text, draft } = lit();
  for (const node of document.querySelectorAll(".reason"))
    node.ariaPressed = String(draft === REASONS && node.textContent === text);
}

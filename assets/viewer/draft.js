// The draft report: click a sentence, or press Enter on it, and what it rests on lights up.

const HINT = say("Click a sentence to light up what it rests on.");
const drafts = new WeakMap();

class Draft {
  constructor(root) {
    this.root = root;
    this.stop = whenLit(() => this.show());
    root.querySelector(".draft").onkeydown = (event) => {
      if (event.key === "Escape" && lit().text) light(NOTHING_LIT);
    };
  }

  destroy() {
    this.stop();
    if (this.isMine()) light(NOTHING_LIT);
  }

  isMine() { return Boolean(lit().text) && lit().draft === this.id; }

  receive({ id, sentences }) {
    const drawn = JSON.stringify([id, sentences]);
    if (this.drawn === drawn) return;
    this.drawn = drawn;
    this.id = id;
    this.root.querySelector(".sentences").replaceChildren(...sentences.flatMap((one) => [this.button(one), " "]));
    if (lit().text && !(this.isMine() && sentences.some(({ text }) => text === lit().text))) light(NOTHING_LIT);
    this.show();
  }

  button(sentence) {
    const node = document.createElement("button");
    node.type = "button";
    node.className = "sentence";
    node.textContent = sentence.text;
    node.title = sentence.section;
    node.onclick = () => light(node.ariaPressed === "true" ? NOTHING_LIT : { ...sentence, draft: this.id });
    return node;
  }

  show() {
    for (const node of this.root.querySelectorAll(".sentence"))
      node.ariaPressed = String(this.isMine() && node.textContent === lit().text);
    this.root.querySelector(".basis").textContent = this.isMine() ? lit().basis : HINT;
  }
}

export default function ({ data, parentElement }) {
  if (!drafts.has(parentElement)) drafts.set(parentElement, new Draft(parentElement));
  drafts.get(parentElement).receive(data);
  markDrawn(parentElement, "draft");
  return () => { drafts.get(parentElement)?.destroy(); drafts.delete(parentElement); };
}

// Measurements as a recorder prints them; those that the chosen sentence rests on are marked.

const headers = new WeakMap();

function mark(list, cells) {
  [...list.children].forEach((node, i) =>
    node.classList.toggle("lit", cells[i].keys.some((key) => lit().numbers.includes(key))));
}

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".header");
  list.replaceChildren(...data.cells.map(({ title, text, why }) => {
    const cell = document.createElement("div"), name = document.createElement("b"), figure = document.createElement("span");
    cell.className = "cell";
    cell.title = why;
    name.textContent = title;
    figure.textContent = text;
    cell.append(name, figure);
    return cell;
  }));
  mark(list, data.cells);
  markDrawn(parentElement, "header");
  headers.get(parentElement)?.();
  headers.set(parentElement, whenLit(() => mark(list, data.cells)));
  return () => { headers.get(parentElement)?.(); headers.delete(parentElement); };
}

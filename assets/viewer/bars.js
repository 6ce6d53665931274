function cell(className, text) {
  const node = document.createElement("div");
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".bars");
  list.classList.toggle("long", data.long);
  list.setAttribute("aria-label", data.label);
  const cells = [];
  for (const row of data.rows) {
    const name = cell(`name ${row.tone}`, row.name);
    const figure = cell(`figure ${row.tone}`, row.text);
    const track = cell(`track ${row.tone}`);
    const fill = cell("fill");
    fill.style.width = `${Math.min(Math.max(row.share, 0), 1) * 100}%`;
    track.appendChild(fill);
    if (row.mark !== null) {
      const mark = cell("mark");
      mark.style.left = `calc(${row.mark * 100}% - 1px)`;
      mark.title = row.mark_text;
      track.appendChild(mark);
    }
    cells.push(...(data.long ? [name, figure, track] : [name, track, figure]));
  }
  list.replaceChildren(...cells);
  markDrawn(parentElement, "bars");
}

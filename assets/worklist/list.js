// The rows of the worklist: a click anywhere on one opens it; its name is the button for keys.

function cell(row, name, parts) {
  const node = row.insertCell();
  node.className = name;
  node.append(...parts);
  return node;
}

function span(text, name) {
  const node = document.createElement("span");
  node.className = name;
  node.textContent = text;
  return node;
}

function draw(table, { caption, columns, rows }, open) {
  table.caption.textContent = caption;
  const head = document.createElement("tr");
  for (const title of columns) {
    const node = document.createElement("th");
    node.scope = "col";
    node.textContent = title;
    head.append(node);
  }
  table.tHead.replaceChildren(head);
  const body = table.tBodies[0];
  body.replaceChildren();
  for (const one of rows) {
    const row = body.insertRow();
    row.className = one.tone;
    row.onclick = () => open(one.id);
    const picture = [];
    if (one.thumb) {
      const image = new Image(150, 66);
      image.src = one.thumb;
      image.alt = "";
      picture.push(image);
    }
    cell(row, "thumb", picture);
    cell(row, "", [span(one.priority, "chip")]);
    const name = document.createElement("button");
    name.type = "button";
    name.textContent = one.name;
    name.onclick = (event) => { event.stopPropagation(); open(one.id); };
    cell(row, "", [name]).append(...(one.list ? [span(one.list, "small")] : []));
    cell(row, "", one.says ? [span(one.says, `chip ${one.saysTone}`), ...(one.why ? [span(one.why, "small")] : [])] : []);
    cell(row, "number", one.numbers ? [one.numbers] : []);
    cell(row, "", [one.status, ...(one.decided ? [span(one.decided, "small")] : [])]);
    cell(row, "number", [one.waiting]);
    cell(row, "", one.assigned ? [one.assigned] : []);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  draw(parentElement.querySelector("table"), data, (id) => setTriggerValue("open", id));
}

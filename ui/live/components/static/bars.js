// Builds seven rows once and afterwards only changes their lengths and numbers.
export default function ({ data, parentElement }) {
  const group = parentElement.querySelector(".bars");
  if (!group.firstChild) {
    group.append(element("div", "title"), ...data.rows.map(row));
  }
  group.setAttribute("aria-label", summary(data));
  group.firstChild.textContent = data.title;
  const most = Math.max(...data.rows.map(({ percent }) => percent));
  data.rows.forEach(({ percent }, i) => {
    const line = group.children[i + 1];
    line.classList.toggle("top", percent > 0 && percent === most);
    line.querySelector(".bar").style.width = `${percent}%`;
    line.querySelector(".share").textContent = `${percent} %`;
  });
}

function row({ name, color }) {
  const line = element("div", "row");
  const label = element("span", "name");
  label.textContent = name;
  const place = element("div", "place");
  const bar = element("div", "bar");
  bar.style.background = color;
  place.append(bar);
  line.append(label, place, element("span", "share"));
  return line;
}

function element(kind, name) {
  const made = document.createElement(kind);
  made.className = name;
  return made;
}

function summary({ title, rows }) {
  return `${title}. ${rows.map(({ name, percent }) => `${name} ${percent} %`).join(", ")}`;
}

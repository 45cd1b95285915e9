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
    line.querySelector(".bar").style.width = `${percent ?? 0}%`;
    line.querySelector(".share").textContent = said(percent);
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
  const shares = rows.filter(({ percent }) => percent !== null);
  return `${title}. ${shares.map(({ name, percent }) => `${name} ${said(percent)}`).join(", ")}`;
}

// Without a face there are no shares, which is not 0 %.
function said(percent) {
  return percent === null ? "–" : `${percent} %`;
}

// Builds the chart once and afterwards only changes its paths, ribbons and words.
const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [1000, 1000]; // of the drawing, stretched to its place
const EXPRESSIONS = 7;
const READING = 4000; // ms
const STEP = 1 / 60; // of the window, by which a key moves the pointed moment

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".timeline");
  if (!root.firstChild) build(root, data);
  root.data = data;
  root.querySelector(".chart").setAttribute("aria-label", data.alt);
  const stretches = stretchesOf(data);
  root.querySelectorAll("path").forEach((path, i) => {
    path.setAttribute("d", stretches.map((stretch) => area(stretch, i, data.window)).join(""));
  });
  fillNotes(root.querySelector(".notes"), data);
  fillStrips(root.querySelector(".strips"), data);
  point(root);
}

function build(root, { window, answers }) {
  const chart = make("div", "chart");
  chart.setAttribute("role", "img");
  chart.tabIndex = 0;
  const plot = plotOf(answers);
  chart.append(scale(), plot, times(window));
  const below = make("div", "strips");
  below.append(make("div", "key", "The answer for each face; hatched: unsure"), make("div", "all"));
  root.append(make("div", "head"), legend(answers.slice(0, EXPRESSIONS)), chart, below);
  listen(root, plot, below);
}

function scale() {
  const place = make("div", "scale");
  place.append(...["100 %", "75", "50", "25", "0"].map((text) => make("span", "", text)));
  return place;
}

function plotOf(answers) {
  const plot = make("div", "plot");
  plot.append(...[0, 25, 50, 75, 100].map(gridLine), drawing(answers), make("div", "notes"), make("div", "line"));
  return plot;
}

function listen(root, plot, below) {
  let timer;
  const tell = (pointed, words) => {
    clearTimeout(timer);
    Object.assign(root, { pointed, words });
    point(root);
  };
  // A finger leaves as soon as it is lifted, before anybody can read.
  const leave = ({ pointerType }) => {
    timer = setTimeout(() => tell(null, null), pointerType === "mouse" ? 0 : READING);
  };
  const move = ({ clientX }) => {
    const { left, width } = plot.getBoundingClientRect();
    tell(Math.min(Math.max((clientX - left) / width, 0), 1), null);
  };
  plot.addEventListener("pointermove", move);
  plot.addEventListener("pointerdown", move);
  plot.addEventListener("pointerleave", leave);
  const chart = plot.parentElement;
  chart.addEventListener("keydown", ({ key }) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[key];
    if (step) tell(Math.min(Math.max((root.pointed ?? 1) + step, 0), 1), null);
  });
  chart.addEventListener("blur", () => tell(null, null));
  below.addEventListener("pointerover", ({ target }) => tell(null, target.dataset.words));
  below.addEventListener("pointerleave", leave);
}

function drawing(answers) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  for (const { color } of answers.slice(0, EXPRESSIONS)) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("fill", color);
    svg.append(path);
  }
  return svg;
}

function gridLine(percent) {
  const line = make("div", "grid");
  line.style.top = `${percent}%`;
  return line;
}

function times(window) {
  const place = make("div", "times");
  const marks = [0.75, 0.5, 0.25].map((share) => `${window * share}`);
  place.append(...[`${window} s ago`, ...marks, "now"].map((text, i) => {
    const mark = make("span", "", text);
    mark.style.left = `${25 * i}%`;
    return mark;
  }));
  return place;
}

function legend(answers) {
  const place = make("div", "legend");
  place.append(...answers.map(({ name, color }) => {
    const entry = make("span", "");
    const swatch = make("div", "swatch");
    swatch.style.background = color;
    entry.append(swatch, name);
    return entry;
  }));
  return place;
}

// Stretches in which the face was in view without a break: lists of {from, to, sums}, sums the eight borders
// between the stacked areas.
function stretchesOf({ edges, shares }) {
  const stretches = [];
  shares.forEach((row, i) => {
    if (row === null) return;
    const sums = row.reduce((all, share) => [...all, all.at(-1) + share], [0]);
    const bin = { from: edges[i], to: edges[i + 1], sums };
    if (i > 0 && shares[i - 1] !== null) stretches.at(-1).push(bin);
    else stretches.push([bin]);
  });
  return stretches;
}

// A closed path between two borders, flat in the outer halves of the first and the last bin.
function area(stretch, i, window) {
  const first = stretch[0], last = stretch.at(-1);
  const points = [
    [first.from, first.sums],
    ...stretch.map(({ from, to, sums }) => [(from + to) / 2, sums]),
    [last.to, last.sums],
  ];
  const at = (second, sum) =>
    `${((1 + second / window) * WIDTH).toFixed(1)} ${(HEIGHT - Math.min(sum, HEIGHT)).toFixed(0)}`;
  const above = points.map(([second, sums]) => at(second, sums[i + 1]));
  const below = points.map(([second, sums]) => at(second, sums[i])).reverse();
  return `M${[...above, ...below].join("L")}Z`;
}

// Over the areas: what was not analysed, and the events that somebody marked.
function fillNotes(place, { gaps, marks, window }) {
  const notes = [
    ...gaps.map(([from, to, kind]) => ["gap", from, to, kind]),
    // Its words end where the next mark begins.
    ...marks.map(([time, note], i) => ["mark", time, marks[i + 1]?.[0] ?? 0, note]),
  ];
  setCount(place, notes.length, emptyNote);
  notes.forEach(([kind, from, to, words], i) => {
    const note = place.children[i];
    note.className = kind;
    note.firstChild.textContent = words;
    note.style.left = `${100 * (1 + from / window)}%`;
    note.style.width = `${(100 * (to - from)) / window}%`;
  });
}

function emptyNote() {
  const note = make("div", "");
  note.append(make("span", "words"));
  return note;
}

function fillStrips(place, { strips, answers, window }) {
  place.hidden = strips.length === 0;
  const all = place.lastChild;
  setCount(all, strips.length, emptyStrip);
  strips.forEach(({ name, runs }, i) => {
    const strip = all.children[i];
    const [label, ribbon] = strip.children;
    label.textContent = name;
    setCount(ribbon, runs.length, () => make("div", ""));
    runs.forEach(([from, to, code], k) => {
      const run = ribbon.children[k];
      run.className = code < EXPRESSIONS ? "run" : "run unsure";
      run.style.left = `${100 * (1 + from / window)}%`;
      run.style.width = `${(100 * (to - from)) / window}%`;
      run.style.background = code < EXPRESSIONS ? answers[code].color : "";
      run.dataset.words = `${name}: ${answers[code].name.toLowerCase()}, ${ago(from, to)}`;
    });
    strip.setAttribute("aria-label", ribbon.lastChild?.dataset.words ?? name);
  });
}

function emptyStrip() {
  const strip = make("div", "strip");
  strip.setAttribute("role", "img");
  strip.append(make("span", "name"), make("div", "ribbon"));
  return strip;
}

// Appends or removes at the end only: what stays is not built again.
function setCount(place, count, makeChild) {
  while (place.children.length > count) place.lastChild.remove();
  while (place.children.length < count) place.append(makeChild());
}

function ago(from, to) {
  const [first, last] = [-from, -to].map(Math.round);
  if (last === 0) return `since ${first} s`;
  return first === last ? `${first} s ago` : `${first} to ${last} s ago`;
}

// The title; while a moment or an answer is pointed at, what stood there.
function point(root) {
  const { data, pointed, words } = root;
  const line = root.querySelector(".line");
  line.hidden = pointed == null;
  line.style.left = `${100 * (pointed ?? 0)}%`;
  const said = pointed == null ? words : moment(data, pointed);
  root.querySelector(".head").textContent = said ?? data.title;
}

function moment({ window, edges, shares, answers, gaps }, pointed) {
  const second = (pointed - 1) * window;
  const gap = gaps.find(([from, to]) => from <= second && second < to);
  if (gap) return `${Math.round(-second)} s ago: ${gap[2]}`;
  const i = edges.findLastIndex((edge) => edge <= second);
  const row = shares[Math.min(Math.max(i, 0), shares.length - 1)];
  const when = `${Math.round(-second)} s ago`;
  if (row === null) return `${when}: not in view`;
  const ranked = row.map((share, code) => [share, answers[code].name.toLowerCase()]);
  ranked.sort(([one], [other]) => other - one);
  const words = ranked.slice(0, 3).map(([share, name]) => `${name} ${Math.round(share / 10)} %`);
  return `${when}: ${words.join(", ")}`;
}

function make(kind, name, text = "") {
  const made = document.createElement(kind);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}

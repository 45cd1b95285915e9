// The film with boxes over it, the chosen face's figures at its moment, and the timeline of all
// faces. Built once; afterwards only what changes is changed.
const SVG = "http://www.w3.org/2000/svg";
const EXPRESSIONS = 7;
const EARLY = 0.002; // s by which a frame may come before its row: times are rounded

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".film");
  if (!root.firstChild) build(root, data.answers);
  root.refuse = () => setTriggerValue("refused", true);
  root.data = data;
  if (!data.faces.some(({ number }) => number === root.chosen)) root.chosen = longest(data.faces);
  fillStrips(root);
  drawLines(root);
  play(root);
  loadTracks(root);
  show(root);
}

function build(root, answers) {
  root.time = 0;
  root.tracks = [];
  const video = make("video", "");
  Object.assign(video, { controls: true, preload: "auto", playsInline: true });
  video.setAttribute("controlslist", "nofullscreen nodownload"); // fullscreen would lose the boxes
  video.disablePictureInPicture = true;
  const picture = make("div", "picture");
  picture.append(video, make("canvas", "boxes"));
  const stage = make("div", "stage");
  stage.append(picture, figures(answers));
  const timeline = make("div", "timeline");
  const notes = emptyStrip(make("span", "name", "Session"));
  notes.classList.add("notes");
  timeline.append(
    legend(answers), make("div", "strips"), notes, plot(answers), make("div", "times"),
  );
  root.append(stage, timeline, make("div", "more"));
  listenToVideo(root, video);
  listenToTimeline(root, timeline);
  new ResizeObserver(() => show(root)).observe(picture);
}

function figures(answers) {
  const place = make("div", "figures");
  place.append(make("div", "who"), ...answers.slice(0, EXPRESSIONS).map(({ name, color }) => {
    const [row, track, bar] = [make("div", "row"), make("span", "track"), make("span", "bar")];
    bar.style.background = color;
    track.append(bar);
    row.append(make("span", "", name), track, make("span", "share"));
    return row;
  }));
  return place;
}

function legend(answers) {
  const place = make("div", "legend");
  place.append(...answers.map(({ name, color }, code) => {
    const [entry, swatch] = [make("span", ""), make("span", "swatch")];
    if (code < EXPRESSIONS) swatch.style.background = color;
    else swatch.classList.add("unsure");
    entry.append(swatch, name);
    return entry;
  }));
  return place;
}

function plot(answers) {
  const line = make("div", "line");
  const area = make("div", "plot");
  area.tabIndex = 0;
  area.setAttribute("role", "slider");
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("viewBox", "0 0 1000 1000");
  for (const { color } of answers.slice(0, EXPRESSIONS)) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("stroke", color);
    svg.append(path);
  }
  area.append(...[0, 50, 100].map((percent) => {
    const grid = make("div", "grid");
    grid.style.top = `${percent}%`;
    return grid;
  }), svg, make("div", "cursor"));
  const scale = make("div", "scale");
  scale.append(...["100 %", "50", "0"].map((text) => make("span", "", text)));
  line.append(scale, area);
  return line;
}

function listenToVideo(root, video) {
  const follow = (time) => {
    root.time = time + root.data.offset;
    show(root);
  };
  video.addEventListener("loadedmetadata", () => {
    if (!video.videoWidth) root.refuse(); // sound alone: its pictures are of an unknown codec
    const start = Math.max(0, root.data.start - root.data.offset);
    if (start > 0.1) video.currentTime = start;
    follow(start);
  });
  video.addEventListener("error", () => root.refuse());
  for (const event of ["seeked", "timeupdate", "pause"]) {
    video.addEventListener(event, () => follow(video.currentTime));
  }
  if (!video.requestVideoFrameCallback) return;
  const onFrame = (_, { mediaTime }) => {
    if (!video.seeking) follow(mediaTime);
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
}

function listenToTimeline(root, timeline) {
  const seek = (place, x) => {
    const { left, width } = place.getBoundingClientRect();
    const share = Math.min(Math.max((x - left) / width, 0), 1);
    moveTo(root, root.data.start + share * (root.data.end - root.data.start));
  };
  timeline.addEventListener("pointerdown", (event) => {
    const place = event.target.closest(".ribbon, .plot");
    if (!place) return;
    if (place.dataset.number) choose(root, Number(place.dataset.number));
    place.setPointerCapture(event.pointerId);
    seek(place, event.clientX);
  });
  timeline.addEventListener("pointermove", (event) => {
    const place = event.target.closest(".ribbon, .plot");
    if (place?.hasPointerCapture(event.pointerId)) seek(place, event.clientX);
  });
  timeline.addEventListener("click", ({ target }) => {
    const label = target.closest("button.name");
    if (label) choose(root, Number(label.dataset.number));
  });
  timeline.addEventListener("keydown", (event) => {
    if (!event.target.closest(".plot")) return;
    const { start, end } = root.data;
    const step = event.shiftKey ? 10 : 1;
    const times = { ArrowRight: root.time + step, ArrowLeft: root.time - step, Home: start, End: end };
    if (!(event.key in times)) return;
    event.preventDefault();
    moveTo(root, times[event.key]);
  });
}

function moveTo(root, time) {
  const { start, end, offset, film } = root.data;
  root.time = Math.min(Math.max(time, start), end);
  if (film) root.querySelector("video").currentTime = Math.max(0, root.time - offset);
  show(root);
}

function choose(root, number) {
  root.chosen = number;
  fillStrips(root);
  drawLines(root);
  show(root);
}

function longest(faces) {
  const seconds = ({ runs }) => runs.reduce((sum, [from, to]) => sum + to - from, 0);
  return faces.reduce((best, face) => (best && seconds(best) >= seconds(face) ? best : face), null)
    ?.number;
}

// ---- the film ----

function play(root) {
  const { film } = root.data;
  root.querySelector(".stage").hidden = !film;
  root.classList.toggle("growing", !root.data.tracks);
  if (!film || root.film === film) return;
  root.film = film;
  root.querySelector("video").src = film;
}

async function loadTracks(root) {
  const { tracks, version } = root.data;
  if (!tracks || root.loaded === `${tracks}?${version}`) return;
  const address = root.loaded = `${tracks}?${version}`;
  const answer = await fetch(address);
  if (!answer.ok || address !== root.loaded) return;
  root.tracks = await answer.json();
  root.dataset.tracks = root.tracks.length;
  show(root);
}

// Index of the row that counts at a time; -1 if the face is not in view.
function rowAt({ t, e }, time) {
  let [low, high] = [0, t.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t[middle] <= time + EARLY) low = middle + 1;
    else high = middle;
  }
  return low > 0 && time < e[low - 1] + EARLY ? low - 1 : -1;
}

// Between two rows without a gap a box moves evenly, as in the annotated film.
function boxAt({ t, e, b }, i, time) {
  if (i + 1 >= t.length || e[i] < t[i + 1] - EARLY) return b[i];
  const share = Math.min(1, Math.max(0, (time - t[i]) / (t[i + 1] - t[i] || 1)));
  return b[i].map((side, k) => side + share * (b[i + 1][k] - side));
}

function drawBoxes(root) {
  const [video, canvas] = [root.querySelector("video"), root.querySelector("canvas")];
  const [wide, high] = [video.clientWidth, video.clientHeight];
  if (!wide || !video.videoWidth) return;
  const sharp = window.devicePixelRatio || 1;
  canvas.width = wide * sharp;
  canvas.height = high * sharp;
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  // The picture inside the video's place, and a film that lies on its side in its file.
  const fit = Math.min(wide / video.videoWidth, high / video.videoHeight);
  const [shownWide, shownHigh] = [video.videoWidth * fit, video.videoHeight * fit];
  let [width, height] = root.data.size;
  if ((width > height) !== (video.videoWidth > video.videoHeight)) [width, height] = [height, width];
  pen.translate((wide - shownWide) / 2, (high - shownHigh) / 2);
  const scale = [shownWide / width, shownHigh / height, shownWide / width, shownHigh / height];
  for (const track of root.tracks) {
    const i = rowAt(track, root.time);
    if (i < 0) continue;
    const box = boxAt(track, i, root.time).map((side, k) => side * scale[k]);
    drawBox(pen, box, track, i, root, shownWide);
  }
}

function drawBox(pen, [x, y, width, height], track, i, { data, chosen }, room) {
  const code = track.a[i];
  const { name, color } = data.answers[code];
  pen.setLineDash(code < EXPRESSIONS ? [] : [8, 6]);
  for (const [ink, thickness] of [["#101010", 5], [color, track.number === chosen ? 3 : 2]]) {
    pen.strokeStyle = ink;
    pen.lineWidth = thickness;
    pen.strokeRect(x, y, width, height);
  }
  const who = data.faces.find(({ number }) => number === track.number)?.name ?? `Face ${track.number}`;
  const share = code < EXPRESSIONS ? ` ${Math.round(track.p[i][code] / 10)} %` : "";
  const text = `${who} · ${name.toLowerCase()}${share}`;
  pen.font = "13px sans-serif";
  const wide = pen.measureText(text).width + 10;
  const left = Math.max(0, Math.min(x - 2, room - wide));
  const top = y >= 24 ? y - 22 : y + height + 4;
  pen.fillStyle = "#101010";
  pen.fillRect(left, top, wide, 20);
  pen.fillStyle = color;
  pen.fillRect(left + 1, top + 1, wide - 2, 18);
  pen.fillStyle = "#101010"; // at least 4.5:1 on each of the colours but blue's and vermilion's
  if (luminance(color) < 0.18) pen.fillStyle = "#ffffff";
  pen.fillText(text, left + 5, top + 14);
}

// WCAG 2.2's relative luminance of "#rrggbb".
function luminance(color) {
  const [red, green, blue] = [1, 3, 5].map((i) => {
    const value = parseInt(color.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// ---- the timeline ----

function fillStrips(root) {
  const { faces, start, end, answers, more } = root.data;
  const length = end - start || 1;
  const strips = root.querySelector(".strips");
  setCount(strips, faces.length, () => emptyStrip());
  faces.forEach(({ number, name, color, runs }, i) => {
    const [label, ribbon] = strips.children[i].children;
    label.textContent = name;
    label.title = name;
    label.dataset.number = ribbon.dataset.number = number;
    label.style.borderLeftColor = color;
    label.setAttribute("aria-pressed", number === root.chosen);
    const place = ribbon.firstChild;
    setCount(place, runs.length, () => make("div", ""));
    runs.forEach(([from, to, code], k) => {
      const run = place.children[k];
      run.className = code < EXPRESSIONS ? "run" : "run unsure";
      run.style.left = `${(100 * (from - start)) / length}%`;
      run.style.width = `${(100 * (to - from)) / length}%`;
      run.style.background = code < EXPRESSIONS ? answers[code].color : "";
      run.title = `${name}: ${answers[code].name.toLowerCase()}, ${clock(from)} to ${clock(to)}`;
    });
  });
  fillNotes(root);
  root.querySelector(".more").textContent = more ? `${more} more faces were in view for less long.` : "";
  root.querySelector(".times").replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map((share) => {
    const mark = make("span", "", clock(start + share * length));
    mark.style.left = `${100 * share}%`;
    return mark;
  }));
}

// What was not analysed, and why; and the events that somebody marked.
function fillNotes(root) {
  const { gaps, marks, start, end } = root.data;
  const length = end - start || 1;
  const strip = root.querySelector(".notes");
  strip.hidden = gaps.length + marks.length === 0;
  const notes = [
    ...gaps.map(([from, to, kind]) => ["gap", from, to, `${kind}, ${clock(from)} to ${clock(to)}`]),
    ...marks.map(([time, note]) => ["mark", time, time, `${clock(time)}: ${note}`]),
  ];
  strip.querySelector(".runs").replaceChildren(...notes.map(([kind, from, to, words]) => {
    const note = make("div", kind);
    note.style.left = `${(100 * (from - start)) / length}%`;
    note.style.width = kind === "gap" ? `${(100 * (to - from)) / length}%` : "";
    note.title = words;
    return note;
  }));
  const ribbon = strip.querySelector(".ribbon");
  ribbon.setAttribute("role", "img");
  ribbon.setAttribute("aria-label", notes.map(([, , , words]) => words).join("; "));
}

function emptyStrip(label = make("button", "name")) {
  const [strip, ribbon] = [make("div", "line"), make("div", "ribbon")];
  if (label.tagName === "BUTTON") label.type = "button";
  ribbon.append(make("div", "runs"), make("div", "cursor"));
  strip.append(label, ribbon);
  return strip;
}

function drawLines(root) {
  const { faces, start, end, edges } = root.data;
  const line = root.querySelector(".plot").parentElement;
  const face = faces.find(({ number }) => number === root.chosen);
  line.hidden = !face;
  root.querySelector(".times").hidden = root.querySelector(".legend").hidden = !face;
  if (!face) return;
  const across = (time) => ((1000 * (time - start)) / (end - start || 1)).toFixed(1);
  root.querySelectorAll("path").forEach((path, code) => {
    let [drawn, away] = ["", true];
    face.shares.forEach((row, i) => {
      if (row === null) return void (away = true);
      const height = 1000 - row[code];
      if (away) drawn += `M${across(edges[i])} ${height}L${across(edges[i + 1])} ${height}`;
      else drawn += `L${across((edges[i] + edges[i + 1]) / 2)} ${height}`;
      away = false;
    });
    path.setAttribute("d", drawn);
  });
}

// What changes with the moment: boxes, figures, and the line that shows where the film is.
function show(root) {
  const { start, end, faces, answers } = root.data;
  const share = Math.min(Math.max((root.time - start) / (end - start || 1), 0), 1);
  root.style.setProperty("--at", `${100 * share}%`);
  root.dataset.time = root.time.toFixed(2);
  const slider = root.querySelector(".plot");
  const limits = { valuemin: start, valuemax: end, valuenow: root.time.toFixed(1) };
  for (const [name, value] of Object.entries(limits)) slider.setAttribute(`aria-${name}`, value);
  slider.setAttribute("aria-valuetext", clock(root.time));
  slider.setAttribute("aria-label", "Moment of the film");
  drawBoxes(root);
  const track = root.tracks.find(({ number }) => number === root.chosen);
  const i = track ? rowAt(track, root.time) : -1;
  const name = faces.find(({ number }) => number === root.chosen)?.name ?? "";
  const said = i < 0 ? "not in view" : answers[track.a[i]].name.toLowerCase();
  root.querySelector(".who").textContent = name && `${name}: ${said}`;
  root.querySelectorAll(".row").forEach((row, code) => {
    const percent = i < 0 ? 0 : Math.round(track.p[i][code] / 10);
    row.querySelector(".bar").style.width = `${percent}%`;
    row.lastChild.textContent = i < 0 ? "–" : `${percent} %`;
  });
}

// Appends or removes at the end only: what stays is not built again.
function setCount(place, count, makeChild) {
  while (place.children.length > count) place.lastChild.remove();
  while (place.children.length < count) place.append(makeChild());
}

function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function make(kind, name, text = "") {
  const made = document.createElement(kind);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}

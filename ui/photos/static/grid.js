// Thumbnails of photos, one of which is open below. A tile stays as long as its photo does, so that
// the focus stays as well. One stop for the Tab key; arrows, Home and End go from tile to tile.

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  grid.choose = (number) => {
    mark(grid, number);
    setTriggerValue("chosen", number);
  };
  const old = new Map([...grid.children].map((tile) => [tile.dataset.number, tile]));
  const tiles = data.tiles.map((photo) => fill(old.get(String(photo.number)) ?? make(grid), photo));
  const focused = grid.getRootNode().activeElement;
  if (tiles.length !== grid.children.length || tiles.some((tile, i) => tile !== grid.children[i])) {
    grid.replaceChildren(...tiles);
    if (tiles.includes(focused)) focused.focus();
  }
  mark(grid, data.chosen);
}

function make(grid) {
  const tile = document.createElement("button");
  tile.type = "button";
  const picture = document.createElement("span");
  picture.className = "picture";
  const answer = document.createElement("span");
  answer.className = "answer";
  const doubts = document.createElement("span");
  doubts.className = "doubts";
  const name = document.createElement("span");
  name.className = "name";
  tile.append(picture, answer, doubts, name);
  tile.onclick = () => grid.choose(Number(tile.dataset.number));
  tile.onkeydown = (event) => move(grid, tile, event);
  return tile;
}

function fill(tile, photo) {
  const [picture, answer, doubts, name] = tile.children;
  tile.dataset.number = photo.number;
  tile.setAttribute("aria-label", photo.words);
  tile.title = photo.words;
  if (tile.picture !== photo.picture) show(tile, picture, photo.picture);
  answer.textContent = photo.answer;
  answer.style.setProperty("--answer", photo.color || "transparent");
  doubts.textContent = photo.doubts;
  name.textContent = photo.name;
  return tile;
}

function show(tile, place, address) {
  tile.picture = address;
  const image = document.createElement("img");
  image.alt = "";
  image.src = address;
  place.replaceChildren(...(address ? [image] : ["!"]));
}

function mark(grid, chosen) {
  for (const tile of grid.children) {
    const is = Number(tile.dataset.number) === chosen;
    tile.setAttribute("aria-current", String(is));
    tile.tabIndex = is ? 0 : -1;
  }
}

function move(grid, tile, event) {
  const tiles = [...grid.children];
  const at = tiles.indexOf(tile);
  const row = tiles.filter(({ offsetTop }) => offsetTop === tiles[0].offsetTop).length;
  const to = {
    ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + row, ArrowUp: at - row,
    Home: 0, End: tiles.length - 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  tiles[to]?.focus();
}

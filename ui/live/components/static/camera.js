// Watches the camera from beside streamlit-webrtc's frame, which has this page's origin: wraps its
// getUserMedia and RTCPeerConnection to learn how each request and each connection ends, hides the raw
// error that ours stands for, and asks before a session is lost that nobody has downloaded.

const FRAME = 'iframe[title="streamlit_webrtc.component.webrtc_streamer"]';
// The empty place is as large as the video that comes into it, so that nothing jumps.
const FRAME_STYLE = `
  .MuiPaper-root:not([role="alert"]) { aspect-ratio: 4 / 3; }
  .MuiButton-root { text-transform: none !important; font-size: 0.875rem !important;
    font-weight: 400 !important; }
`;
const TYPEFACE = "Source Sans"; // Streamlit's; a frame has none of what its page has loaded
const CONNECTED_WITHIN = 15000; // ms
const ASK_AGAIN = 2000; // ms between two questions whether the app is back

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".message");
  const [again, discard, keep] = box.querySelectorAll("button");
  box.show = (state) => {
    box.hidden = state === null;
    box.dataset.state = state ?? "";
    box.querySelector(".text").textContent = state === null ? "" : data.messages[state];
    again.hidden = state !== "lost";
    discard.hidden = keep.hidden = state !== "unsaved";
    // The page's own notice then makes room (camera.py).
    if (state === null) delete document.body.dataset.liveCamera;
    else document.body.dataset.liveCamera = state;
  };
  box.start = data.start;
  window.liveUnsaved = data.unsaved;
  again.textContent = data.again;
  discard.textContent = data.messages.discard;
  keep.textContent = data.messages.keep;
  again.onclick = () => startButton(data.start)?.click();
  discard.onclick = () => {
    window.liveTaken = data.unsaved;
    box.show(null);
    startButton(data.start)?.click();
  };
  keep.onclick = () => box.show(null);
  watchSaving();
  if (box.watching) {
    return box.watching;
  }
  cameraBeforehand().then((state) => state && box.show(state));
  const attach = () => {
    for (const frame of document.querySelectorAll(FRAME)) {
      listen(frame.contentWindow, box);
    }
  };
  attach();
  const timer = setInterval(attach, 200);
  box.watching = () => {
    clearInterval(timer);
    delete document.body.dataset.liveCamera;
    box.watching = null;
  };
  return box.watching;
}

// Once a page. A session counts as taken as soon as one of its links is clicked; that its figures are
// also gone with a reload holds on every page of the app.
function watchSaving() {
  if (window.liveSaving) return;
  window.liveSaving = true;
  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.("a[download]");
    if (link && isUnsaved() && link.href.includes(window.liveUnsaved)) {
      window.liveTaken = window.liveUnsaved;
    }
  }, true);
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved()) event.preventDefault();
  });
}

function isUnsaved() {
  return Boolean(window.liveUnsaved) && window.liveTaken !== window.liveUnsaved;
}

function startButton(name) {
  const buttons = document.querySelector(FRAME)?.contentDocument?.querySelectorAll("button") ?? [];
  return [...buttons].find((button) => button.textContent === name);
}

function listen(view, box) {
  if (!view) return;
  view.cameraMessage = box; // always the one now on the page
  if (view.document.body && !view.document.dressed) dress(view.document);
  if (view.cameraWatched) return;
  view.cameraWatched = true;
  if (view.navigator.mediaDevices?.getUserMedia) listenToRequests(view);
  if (view.RTCPeerConnection) listenToConnections(view);
}

function listenToRequests(view) {
  const devices = view.navigator.mediaDevices;
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (constraints) =>
    requestCamera(() => original(constraints), (state) => view.cameraMessage.show(state));
}

function listenToConnections(view) {
  view.RTCPeerConnection = new Proxy(view.RTCPeerConnection, {
    construct(target, options) {
      const connection = new target(...options);
      window.liveConnection = connection; // for figures.js
      follow(connection, view);
      return connection;
    },
  });
}

// streamlit-webrtc stops at each of these states by itself, and without a word. This listener was
// there first, so that a live camera tells that nobody has pressed Stop.
function follow(connection, view) {
  let connected = false;
  const lose = () => {
    if (!view.closed && sends(connection)) say(view, connected ? "lost" : "unreachable");
  };
  connection.addEventListener("connectionstatechange", () => {
    const state = connection.connectionState;
    if (state === "connected") {
      connected = true;
      view.cameraMessage.show(null);
    } else if (["disconnected", "failed", "closed"].includes(state)) {
      lose();
    }
  });
  connection.addEventListener("signalingstatechange", () => {
    if (connection.signalingState !== "have-local-offer") return;
    setTimeout(() => connected || lose(), CONNECTED_WITHIN);
  });
}

function sends(connection) {
  return connection.getSenders().some(({ track }) => track?.readyState === "live");
}

// Says it at once; if the app is gone, says that; and says it again when the app is back.
async function say(view, state) {
  const health = `${view.location.href.split("/component/")[0]}/_stcore/health`;
  const box = view.cameraMessage;
  box.show(state);
  while (!(await answers(health))) {
    if (![state, "gone"].includes(box.dataset.state)) return; // another message took its place
    box.show("gone");
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
  }
  if (box.dataset.state === "gone") box.show(state);
}

async function answers(address) {
  try {
    return (await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(3000) })).ok;
  } catch {
    return false;
  }
}

// A frame keeps its window but not its document while it loads, so each document counts.
function dress(doc) {
  doc.dressed = true;
  doc.head.append(Object.assign(doc.createElement("style"), { textContent: typeface() + FRAME_STYLE }));
  hideRawErrors(doc);
  doc.addEventListener("click", askFirst, true);
  doc.addEventListener("keydown", passOn);
}

// The page's rules for its typeface, with whole addresses. An extension's sheets may not be read.
function typeface() {
  return [...document.styleSheets]
    .filter(({ href }) => !href || new URL(href).origin === location.origin)
    .flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule instanceof CSSFontFaceRule && rule.style.fontFamily.includes(TYPEFACE))
    .map(({ cssText, parentStyleSheet: { href } }) =>
      cssText.replace(/url\("([^"]+)"\)/g, (_, at) => `url("${new URL(at, href ?? document.baseURI)}")`))
    .join("\n");
}

// A start that would discard a session asks first, on the page.
function askFirst(event) {
  const box = event.view.cameraMessage;
  if (event.target.closest("button")?.textContent !== box.start || !isUnsaved()) return;
  event.preventDefault();
  event.stopPropagation();
  box.show("unsaved");
  box.querySelector(".keep").focus();
}

// The page's keys also work after a click in this frame.
function passOn(event) {
  if (event.target.closest("input, textarea, select, [role='listbox']")) return;
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
  const same = { key, code, ctrlKey, metaKey, altKey, shiftKey, bubbles: true, cancelable: true };
  if (key.length === 1) document.dispatchEvent(new KeyboardEvent("keydown", same));
}

function hideRawErrors(doc) {
  const names = [...Object.keys(CAMERA_STATES), "TypeError"];
  const hide = () => {
    for (const alert of doc.querySelectorAll('[role="alert"]')) {
      const raw = names.some((name) => alert.textContent.startsWith(`${name}: `));
      if (raw) alert.style.display = "none";
    }
  };
  new MutationObserver(hide).observe(doc, { childList: true, subtree: true });
  hide();
}

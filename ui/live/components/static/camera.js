// Watches the camera from beside streamlit-webrtc's frame, which has this page's origin: wraps its
// getUserMedia and RTCPeerConnection to learn how each request and each connection ends, and hides
// the raw error that ours stands for.

const FRAME = 'iframe[title="streamlit_webrtc.component.webrtc_streamer"]';
const STATES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "in_use",
  AbortError: "in_use",
};
// The empty place is as large as the video that comes into it, so that nothing jumps.
const FRAME_STYLE = `
  .MuiPaper-root:not([role="alert"]) { aspect-ratio: 4 / 3; }
  .MuiButton-root { text-transform: none !important; font-size: 1rem !important; }
`;
const ASKING_AFTER = 500; // ms; a camera that is already allowed answers sooner or opens slowly
const CONNECTED_WITHIN = 15000; // ms
const ASK_AGAIN = 2000; // ms between two questions whether the app is back

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".message");
  const again = box.querySelector("button");
  box.show = (state) => {
    box.hidden = state === null;
    box.dataset.state = state ?? "";
    box.querySelector(".text").textContent = state === null ? "" : data.messages[state];
    again.hidden = state !== "lost";
  };
  again.textContent = data.again;
  again.onclick = () => startButton(data.start)?.click();
  if (box.watching) {
    return box.watching;
  }
  beforehand().then((state) => state && box.show(state));
  const attach = () => {
    for (const frame of document.querySelectorAll(FRAME)) {
      listen(frame.contentWindow, box);
    }
  };
  attach();
  const timer = setInterval(attach, 200);
  box.watching = () => {
    clearInterval(timer);
    box.watching = null;
  };
  return box.watching;
}

// What is known before any request.
async function beforehand() {
  if (!window.isSecureContext) return "insecure";
  if (!navigator.mediaDevices?.getUserMedia) return "unsupported";
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    if (!devices.some(({ kind }) => kind === "videoinput")) return "missing";
    const permission = await navigator.permissions.query({ name: "camera" });
    return permission.state === "denied" ? "denied" : null;
  } catch {
    return null; // Firefox knows no permission of this name
  }
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
  devices.getUserMedia = async (constraints) => {
    let pending = true;
    view.cameraMessage.show(null);
    setTimeout(async () => {
      if (pending && (await isPrompt()) && pending) view.cameraMessage.show("asking");
    }, ASKING_AFTER);
    try {
      const stream = await original(constraints);
      pending = false;
      view.cameraMessage.show(null);
      return stream;
    } catch (error) {
      pending = false;
      view.cameraMessage.show(STATES[error.name] ?? "failed");
      throw error;
    }
  };
}

async function isPrompt() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "prompt";
  } catch {
    return true;
  }
}

function listenToConnections(view) {
  view.RTCPeerConnection = new Proxy(view.RTCPeerConnection, {
    construct(target, options) {
      const connection = new target(...options);
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
  doc.head.append(Object.assign(doc.createElement("style"), { textContent: FRAME_STYLE }));
  hideRawErrors(doc);
}

function hideRawErrors(doc) {
  const names = [...Object.keys(STATES), "TypeError"];
  const hide = () => {
    for (const alert of doc.querySelectorAll('[role="alert"]')) {
      const raw = names.some((name) => alert.textContent.startsWith(`${name}: `));
      if (raw) alert.style.display = "none";
    }
  };
  new MutationObserver(hide).observe(doc, { childList: true, subtree: true });
  hide();
}

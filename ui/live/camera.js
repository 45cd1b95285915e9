// Watches the camera from beside streamlit-webrtc's frame, which has this page's origin: wraps its
// getUserMedia to learn how each request ends, and hides the raw error that ours stands for.

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

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".message");
  const show = (state) => {
    box.hidden = state === null;
    box.dataset.state = state ?? "";
    box.textContent = state === null ? "" : data.messages[state];
  };
  if (box.watching) {
    return box.watching;
  }
  beforehand().then((state) => state && show(state));
  const attach = () => {
    for (const frame of document.querySelectorAll(FRAME)) {
      listen(frame.contentWindow, show);
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

function listen(view, show) {
  const devices = view?.navigator?.mediaDevices;
  if (!devices?.getUserMedia) return;
  view.showCameraState = show; // always the message now on the page
  if (view.document.body && !view.document.dressed) dress(view.document);
  if (view.cameraWatched) return;
  view.cameraWatched = true;
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    let pending = true;
    view.showCameraState(null);
    setTimeout(async () => {
      if (pending && (await isPrompt()) && pending) view.showCameraState("asking");
    }, ASKING_AFTER);
    try {
      const stream = await original(constraints);
      pending = false;
      view.showCameraState(null);
      return stream;
    } catch (error) {
      pending = false;
      view.showCameraState(STATES[error.name] ?? "failed");
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

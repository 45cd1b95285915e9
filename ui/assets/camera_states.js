// What a browser knows of its camera; ui/camera_words.py has a sentence for each state.

const CAMERA_STATES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "in_use",
  AbortError: "in_use",
};
const ASKING_AFTER = 500; // ms; a camera that is already allowed answers sooner or opens slowly

// What is known before any request; null if nothing stands against one.
async function cameraBeforehand() {
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

// Asks for the camera by `ask`, and tells `show` how it stands: a state, or null if it runs.
async function requestCamera(ask, show) {
  let pending = true;
  show(null);
  setTimeout(async () => {
    if (pending && (await isPrompt()) && pending) show("asking");
  }, ASKING_AFTER);
  try {
    const stream = await ask();
    pending = false;
    show(null);
    return stream;
  } catch (error) {
    pending = false;
    show(CAMERA_STATES[error.name] ?? "failed");
    throw error;
  }
}

async function isPrompt() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "prompt";
  } catch {
    return true;
  }
}


// Shows what the camera sees; a click puts one picture of it into the page's uploader. The camera is on
// only as long as this stands on the page.

const QUALITY = 0.92;
const UPLOADER = '[class*="st-key-photos-"] input[type="file"]';

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".camera");
  if (box.close) return box.close;
  const [video, message] = box.querySelector(".view").children;
  const [take, other, start] = box.querySelectorAll("button");
  [take.textContent, other.textContent, start.textContent] = [data.take, data.other, data.start];
  let stream = null;
  let closed = false;

  const show = (state) => {
    if (state === null) delete box.dataset.state;
    else box.dataset.state = state;
    message.hidden = state === null;
    message.textContent = state === null ? "" : data.messages[state];
    take.hidden = state !== null;
    take.disabled = stream === null;
    other.hidden = true;
    start.hidden = state === null || state === "asking";
  };
  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    video.srcObject = stream = null;
  };
  const open = async (device = { facingMode: "user" }) => {
    stop();
    const known = await cameraBeforehand();
    if (known) return show(known);
    const wanted = { ...device, width: { ideal: 1920 }, height: { ideal: 1080 } };
    try {
      stream = await requestCamera(
        () => navigator.mediaDevices.getUserMedia({ video: wanted, audio: false }), show,
      );
    } catch {
      return; // it is said
    }
    if (closed) return stop();
    const [track] = stream.getVideoTracks();
    track.onended = () => open(); // unplugged, or the permission was taken back: says which
    video.srcObject = stream;
    video.classList.toggle("mirrored", track.getSettings().facingMode !== "environment");
    const next = await nextCamera(track);
    other.hidden = !next;
    other.onclick = () => open({ deviceId: { exact: next } });
    box.scrollIntoView({ block: "nearest" });
  };
  video.onplaying = () => { take.disabled = false; };
  take.onclick = async () => {
    video.animate([{ opacity: 0 }, { opacity: 1 }], 300); // what comes of it stands further below
    give(await picture(video), data.file);
  };
  start.onclick = () => open();
  box.close = () => {
    closed = true;
    box.close = null;
    stop();
  };
  show(null);
  open();
  return box.close;
}

// The camera after this one; none if it is the only one.
async function nextCamera(track) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const cameras = devices.filter(({ kind }) => kind === "videoinput").map((device) => device.deviceId);
  const at = cameras.indexOf(track.getSettings().deviceId);
  return cameras.length > 1 ? cameras[(at + 1) % cameras.length] : null;
}

function picture(video) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

// From here on it is a photo like any other, with the same limits.
function give(blob, name) {
  const files = new DataTransfer();
  files.items.add(new File([blob], name, { type: blob.type }));
  const uploader = document.querySelector(UPLOADER);
  uploader.files = files.files;
  uploader.dispatchEvent(new Event("change", { bubbles: true }));
}

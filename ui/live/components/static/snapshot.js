// Saves the picture that stands in the video at the click. Done in the browser: the app keeps no
// copy, and there is no way to and fro in which the picture would be another.

const FRAME = 'iframe[title="streamlit_webrtc.component.webrtc_streamer"]';

export default function ({ parentElement }) {
  const button = parentElement.querySelector("button");
  button.onclick = () => {
    const video = document.querySelector(FRAME)?.contentDocument?.querySelector("video");
    if (!video?.videoWidth) return;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob(save, "image/png");
  };
}

function save(blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  const time = new Date(Date.now() - 60_000 * new Date().getTimezoneOffset());
  link.download = `snapshot_${time.toISOString().slice(0, 19).replaceAll(":", "-")}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

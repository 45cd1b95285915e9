// The line under the bars. What a picture's way takes beside the app is in the browser's statistics of
// the connection, which camera.js finds (window.liveConnection).

export default async function ({ data, parentElement }) {
  const line = parentElement.querySelector(".figures");
  line.title = data.rate ? data.help : "";
  if (!data.rate) {
    line.textContent = "";
    return;
  }
  line.textContent = [data.rate, line.delay].filter(Boolean).join(" · ");
  const way = data.passing === null ? null : await browsersPart(line);
  line.delay = way === null ? "" : data.delay.replace("{ms}", Math.floor((way + data.passing) / 10) * 10);
  line.textContent = [data.rate, line.delay].filter(Boolean).join(" · ");
}

// Milliseconds to encode, send, receive and decode a picture, over the time since the last look, and
// until the next one begins, by which aiortc knows that one is whole (its jitterbuffer.py); null if the
// browser does not tell each of them.
async function browsersPart(line) {
  const connection = window.liveConnection;
  if (connection?.connectionState !== "connected") return null;
  const now = {};
  (await connection.getStats()).forEach((report) => {
    if (report.type === "outbound-rtp" && report.kind === "video") now.sent = report;
    if (report.type === "inbound-rtp" && report.kind === "video") now.got = report;
    if (report.type === "candidate-pair" && report.nominated) now.pair = report;
  });
  const before = line.before?.connection === connection ? line.before : null;
  if (!before || now.sent?.framesEncoded - before.sent?.framesEncoded > 5) {
    line.before = { connection, ...now };
  }
  const parts = [
    mean("totalEncodeTime", "framesEncoded", before?.sent, now.sent),
    1 / now.sent?.framesPerSecond,
    now.pair?.currentRoundTripTime,
    mean("jitterBufferDelay", "jitterBufferEmittedCount", before?.got, now.got),
    mean("totalDecodeTime", "framesDecoded", before?.got, now.got),
  ];
  if (parts.every(Number.isFinite)) line.way = 1000 * parts.reduce((sum, part) => sum + part);
  return line.way ?? null;
}

function mean(total, count, before, now) {
  if (!before || !now) return NaN;
  return (now[total] - before[total]) / (now[count] - before[count]);
}

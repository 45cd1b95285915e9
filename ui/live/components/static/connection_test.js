// Goes the way of the video step by step, with a data channel in the video's place. Every word comes
// from Python (words.py).

const LONGEST = 9500; // ms for the whole test
const GATHERING = 3000; // ms for the browser's own addresses
const AT_ONCE = 500; // ms in which most of them are there: they go with the offer
const PINGS = 5;

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".test");
  const button = root.querySelector("button");
  root.data = data;
  root.send = setTriggerValue;
  root.querySelector(".lead").textContent = data.words.test.lead;
  if (!button.textContent) button.textContent = data.words.test.start;
  button.onclick = () => test(root);
  const awaited = root.awaited;
  if (awaited && data.reply?.name === awaited.name) awaited.resolve(data.reply);
  return () => setTimeout(() => root.isConnected || root.connection?.close()); // the page was left
}

async function test(root) {
  const { words, configuration } = root.data;
  const button = root.querySelector("button");
  const verdict = root.querySelector(".verdict");
  if (button.disabled) return;
  button.disabled = true;
  verdict.textContent = button.textContent = words.test.running;
  const list = draw(root.querySelector("ol"), words);
  const run = { root, list, configuration, end: performance.now() + LONGEST };
  try {
    verdict.textContent = words.test[await goThrough(run)];
  } finally {
    root.connection?.close();
    root.connection = null;
    button.disabled = false;
    button.textContent = words.test.start;
  }
}

// "passed", "doubtful" if a step failed and the video gets through, "blind" if only the camera
// keeps it from doing so, or "failed"
async function goThrough(run) {
  const page = window.isSecureContext;
  run.list.set("page", page, page ? "passed" : "failed");
  run.list.set("camera");
  const camera = await within(2000, cameraState()).catch(() => "prompt");
  const seen = ["passed", "prompt"].includes(camera);
  run.list.set("camera", seen, camera);
  const [network, video] = await goOut(run);
  if (!video || !page) return "failed";
  if (!seen) return "blind";
  return network ? "passed" : "doubtful";
}

async function cameraState() {
  const devices = navigator.mediaDevices;
  if (!devices?.getUserMedia) return "unsupported";
  const inputs = (await devices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
  if (!inputs.length) return "missing";
  if (inputs[0].label) return "passed"; // names are shown only if the camera is allowed
  const { state } = await navigator.permissions.query({ name: "camera" });
  return state === "granted" ? "passed" : state;
}

// [whether the network's step passed, whether there is a way for the video]
async function goOut(run) {
  run.list.set("app");
  run.list.set("network");
  const connection = open(run);
  if (!connection) {
    run.list.set("network", false, "unsupported");
    for (const step of ["app", "video"]) run.list.skip(step);
    return [false, false];
  }
  const channel = connection.createDataChannel("test");
  const opened = new Promise((resolve) => (channel.onopen = resolve));
  const found = gather(connection);
  await connection.setLocalDescription();
  await within(AT_ONCE, found.done).catch(() => {});
  const sent = found.candidates.length;
  const answered = ask(run, connection);
  await within(GATHERING, found.done).catch(() => {});
  const reply = await answered;
  const outcome = networkOutcome(run, found, reply);
  const passed = outcome === "passed";
  run.list.set("network", passed, outcome, found);
  if (!reply || outcome === "none") {
    run.list.skip("video");
    return [passed, false];
  }
  const late = found.candidates.slice(sent);
  if (late.length) {
    run.root.send("candidates", { name: reply.name, candidates: late.map((each) => each.toJSON()) });
  }
  return [passed, await reach(run, connection, channel, opened, reply)];
}

function open(run) {
  try {
    return (run.root.connection = new RTCPeerConnection(run.configuration));
  } catch {
    return null;
  }
}

function gather(connection) {
  const found = { candidates: [], codes: [], complete: false };
  found.done = new Promise((resolve) => {
    connection.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate?.candidate) found.candidates.push(candidate);
      else if (!candidate) resolve();
    });
  }).then(() => (found.complete = true));
  connection.addEventListener("icecandidateerror", ({ errorCode }) => found.codes.push(errorCode));
  return found;
}

// The app's reply, or null if none came or it was a refusal.
async function ask(run, connection) {
  const name = Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
  const start = performance.now();
  const reply = new Promise((resolve) => (run.root.awaited = { name, resolve }));
  run.root.send("offer", { name, sdp: connection.localDescription.sdp });
  try {
    const { sdp, kinds, error } = await within(run.end - start - 1500, reply);
    if (error) {
      run.list.set("app", false, error);
      return null;
    }
    run.list.set("app", true, "passed", { ms: performance.now() - start });
    return { name, sdp, kinds };
  } catch {
    run.list.set("app", false, "silent");
    return null;
  } finally {
    run.root.awaited = null;
  }
}

// A TURN server has to lend an address. A STUN server names none if there is no NAT, but answers.
function networkOutcome({ configuration }, { candidates, codes, complete }, reply) {
  const has = (kind) => candidates.some(({ type }) => type === kind);
  const named = configuration.iceServers.flatMap(({ urls }) => urls);
  const turn = named.some((url) => url.startsWith("turn"));
  if (!candidates.length) return "none";
  if (turn && !has("relay")) return codes.includes(401) ? "login" : "turn";
  if (turn && reply && !reply.kinds.includes("relay")) return "app_turn";
  const answered = has("srflx") || (complete && !codes.length);
  if (!turn && named.length && !answered) return "stun";
  return "passed";
}

async function reach(run, connection, channel, opened, reply) {
  run.list.set("video");
  try {
    await connection.setRemoteDescription({ type: "answer", sdp: reply.sdp });
    await within(run.end - performance.now(), opened);
    const ms = await roundTrip(channel, run.end);
    run.list.set("video", true, (await isRelayed(connection)) ? "relayed" : "direct", { ms });
    return true;
  } catch {
    const servers = run.configuration.iceServers.length;
    run.list.set("video", false, servers ? "server" : "no_server");
    return false;
  }
}

// Milliseconds, the median of a few.
async function roundTrip(channel, end) {
  const times = [];
  for (let i = 0; i < PINGS; i += 1) {
    const start = performance.now();
    const back = new Promise((resolve) => (channel.onmessage = resolve));
    channel.send(`ping ${i}`);
    await within(Math.max(500, end - start), back);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[PINGS >> 1];
}

async function isRelayed(connection) {
  const stats = [...(await connection.getStats()).values()];
  const kinds = stats
    .filter(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded")
    .flatMap(({ localCandidateId, remoteCandidateId }) => [localCandidateId, remoteCandidateId])
    .map((id) => stats.find((each) => each.id === id)?.candidateType);
  return kinds.includes("relay");
}

function within(ms, promise) {
  const late = new Promise((_, reject) => setTimeout(reject, Math.max(0, ms), new Error("late")));
  return Promise.race([promise, late]);
}

// The list of steps. `set(step)` marks it as running; with an outcome, how it ended.
function draw(list, { steps, marks, kinds, results }) {
  list.hidden = false;
  list.replaceChildren(...Object.entries(steps).map(([step, name]) => row(step, name)));
  const mark = (step, state, sentence) => {
    const line = list.querySelector(`[data-step="${step}"]`);
    line.dataset.state = state;
    line.querySelector(".hidden").textContent = `: ${marks[state]}`;
    line.querySelector(".sentence").textContent = sentence;
  };
  for (const step of Object.keys(steps)) mark(step, "waiting", "");
  return {
    set(step, passed, outcome, { ms, candidates } = {}) {
      if (outcome === undefined) return mark(step, "running", "");
      const named = Object.keys(kinds).filter((kind) => candidates?.some(({ type }) => type === kind));
      const sentence = results[step][outcome]
        .replace("{ms}", ms < 10 ? ms.toFixed(1) : Math.round(ms))
        .replace("{kinds}", named.map((kind) => kinds[kind]).join(", "));
      mark(step, passed ? "passed" : "failed", sentence);
    },
    skip: (step) => mark(step, "skipped", results[step].skipped ?? ""),
  };
}

function row(step, name) {
  const line = document.createElement("li");
  line.dataset.step = step;
  line.append(part("mark"), part("name"), part("hidden"), part("sentence"));
  line.querySelector(".mark").setAttribute("aria-hidden", "true");
  line.querySelector(".name").textContent = name;
  return line;
}

function part(name) {
  return Object.assign(document.createElement("span"), { className: name });
}

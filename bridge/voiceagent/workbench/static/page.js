// The live page: the list of calls, and the chosen call as its notes arrive. Everything shown is set as text, never as HTML.
const $ = (id) => document.getElementById(id);
const calls = new Map();   // call id -> row
const notes = new Map();   // call id -> notes seen live
let chosen = null;

const element = (tag, text, className) => {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  if (className) made.className = className;
  return made;
};
const ms = (value) => (value === null || value === undefined ? "–" : `${Math.round(value)} ms`);
const seconds = (value) => `${((value ?? 0) / 1000).toFixed(1)} s`;

async function refresh() {
  const answer = await fetch("/api/calls");
  if (answer.status === 401) { $("state").textContent = "open the address that `voiceagent serve` printed: it holds the token"; return false; }
  for (const row of (await answer.json()).calls) calls.set(row.call_id, row);
  drawCalls();
  return true;
}

function drawCalls() {
  const rows = [...calls.values()].sort((a, b) => (b.started_at ?? "").localeCompare(a.started_at ?? ""));
  $("none").hidden = rows.length > 0;
  $("calls").replaceChildren(...rows.map((row) => {
    const button = element("button", row.from || row.call_id, row.live ? "live" : "");
    button.append(element("small", `${row.started_at ?? ""} · ${row.live ? row.phase ?? "ringing" : `${row.outcome}, ${seconds(row.duration_ms)}`}`));
    button.setAttribute("aria-current", String(row.call_id === chosen));
    button.addEventListener("click", () => choose(row.call_id));
    const item = element("li");
    item.append(button);
    return item;
  }));
}

async function choose(callId) {
  chosen = callId;
  drawCalls();
  await drawCall();
}

async function drawCall() {
  if (!chosen) return;
  const answer = await fetch(`/api/calls/${encodeURIComponent(chosen)}?live=true`);
  if (!answer.ok) return;
  const report = await answer.json();
  if (report.call_id !== chosen) return;
  $("call").hidden = false;
  $("title").textContent = `Call ${report.call_id}`;
  const latency = report.latency_ms;
  const facts = {
    Outcome: report.outcome ?? "going on", Reason: report.end_reason ?? "–", Engine: report.engine ?? "–", Duration: seconds(report.duration_ms),
    "First audio": ms(latency.first_audio), "Turn p50": ms(latency.turn_p50), "Turn p95": ms(latency.turn_p95),
    "Barge-in stop p95": ms(latency.barge_in_stop_p95), "Frames in / out": `${report.frames.caller_in} / ${report.frames.agent_out}`,
    Dropped: report.frames.dropped, Transfer: report.transfer ? `${report.transfer.target}: ${report.transfer.outcome}` : "–",
    Capture: report.capture ?? "–",
  };
  $("facts").replaceChildren(...Object.entries(facts).map(([name, value]) => {
    const pair = element("div");
    pair.append(element("dt", name), element("dd", value));
    return pair;
  }));
  drawTurns(report);
  drawTimeline(report);
}

function drawTurns(report) {
  const shown = report.turns.map((turn) => {
    const item = element("li", turn.text, turn.role);
    const about = [seconds(turn.start_ms), turn.latency_ms !== null ? `answered after ${ms(turn.latency_ms)}` : "", turn.interrupted ? `interrupted, heard ${ms(turn.heard_ms)}` : ""];
    item.append(element("small", about.filter(Boolean).join(" · ")));
    return [turn.start_ms, item];
  });
  const barges = report.barge_ins.map((one) => [one.at_ms, element("li", `barge-in: silent after ${ms(one.stop_ms)}`, "barge")]);
  const tools = (notes.get(report.call_id) ?? []).filter((one) => one.note === "ToolNoted")
    .map((one) => [one.at_ms - one.duration_ms, element("li", `${one.name} ${one.arguments} → ${one.outcome}, ${ms(one.duration_ms)}`, "tool")]);
  const rest = tools.length ? [] : report.tools.map((tool) =>
    [Infinity, element("li", `${tool.name} ${JSON.stringify(tool.arguments)} → ${tool.outcome}, ${ms(tool.duration_ms)}`, "tool")]);
  $("turns").replaceChildren(...[...shown, ...barges, ...tools, ...rest].sort((a, b) => a[0] - b[0]).map(([, item]) => item));
}

function drawTimeline(report) {
  const seen = notes.get(report.call_id) ?? [];
  $("timeline").replaceChildren(...seen.slice(-200).map((one) => {
    const { kind, call_id, at_ms, note, ...rest } = one;
    return element("li", `${seconds(at_ms).padStart(8)}  ${note}  ${JSON.stringify(rest)}`);
  }));
}

let drawing = null;
function drawSoon() {
  drawing ??= setTimeout(async () => { drawing = null; await refresh(); await drawCall(); }, 150);
}

async function watch() {
  const answer = await fetch("/api/feed?recent=true");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  $("state").textContent = "live";
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line.trim()) continue;
      const item = JSON.parse(line);
      if (item.kind !== "note") continue;
      if (!notes.has(item.call_id)) notes.set(item.call_id, []);
      notes.get(item.call_id).push(item);
      if (notes.get(item.call_id).length > 2000) notes.get(item.call_id).shift();
      if (item.note === "CallBeganNoted") chosen = item.call_id;
    }
    drawSoon();
  }
}

async function run() {
  for (;;) {
    try {
      if (!(await refresh())) return;
      if (!chosen && calls.size) await choose([...calls.values()][0].call_id);
      await watch();
    } catch (error) { console.debug(error); }
    $("state").textContent = "the bridge has stopped; waiting for it";
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}
run();

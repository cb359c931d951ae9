/** One stream for the page: what it tells makes `[data-live]` parts fetch themselves anew, at most once a second. */

import { announce } from "./parts/htmx-events.js";

const PACE = 1000;
const AFTERWARDS = 1300; // what is shared by many screens is counted once a second: the first answer may be from just before
const PLAIN = 30000;
const ALWAYS = ["message", "change"];
const address = document.body.dataset.stream;
let source = null;
let timer = null;
let plain = null;
let last = 0;
let asOf = "";
let behind = 0;
let afterwards = null;
const stale = new Set();
const late = new Set();
const shown = new WeakMap(); // by part, the turn of the answer that stands in it
let turns = 0;

const parts = () => [...document.querySelectorAll("[data-live]")];
const types = () => [...new Set([...ALWAYS, ...parts().flatMap((part) => (part.dataset.liveOn || "").split(/\s+/)).filter(Boolean)])];

function clock(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
}

function tell(state) {
  document.querySelectorAll("[data-fresh]").forEach((line) => {
    line.dataset.state = state;
    const text = state === "away" ? line.dataset.away : line.dataset.text;
    if (asOf) line.firstElementChild.textContent = text.replace("{time}", clock(asOf)).replace("{lag}", behind.toFixed(1));
  });
}

function heard(time, seconds) {
  if (!time) return;
  asOf = time;
  behind = Math.max(0, seconds);
  tell(source || plain ? "live" : "away");
}

/** A part keeps its place; what stands in it is what its address answers. */
async function refresh(part) {
  const turn = ++turns;
  try {
    const answer = await fetch(part.dataset.live, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (answer.status === 401 || answer.status === 403) return location.reload(); // the right to look was taken
    heard(answer.headers.get("Yinuo-As-Of"), Number(answer.headers.get("Yinuo-Behind-Seconds")));
    if (!answer.ok || part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (shown.get(part) > turn) return; // an answer to a later question was quicker
    shown.set(part, turn);
    part.textContent = "";
    part.append(...fresh.body.childNodes);
    if (window.htmx) window.htmx.process(part);
    announce(part);
  } catch {
    tell("away");
  }
}

function flush() {
  timer = null;
  last = Date.now();
  const now = [...stale];
  stale.clear();
  now.filter((part) => part.isConnected).forEach(refresh);
}

function mark(chosen) {
  chosen.forEach((part) => stale.add(part));
  if (stale.size && timer === null) timer = setTimeout(flush, Math.max(0, last + PACE - Date.now()));
}

function arrived(event) {
  const chosen = parts().filter((part) => !part.dataset.liveOn || ALWAYS.includes(event.type) || part.dataset.liveOn.split(/\s+/).includes(event.type));
  mark(chosen);
  chosen.forEach((part) => late.add(part));
  clearTimeout(afterwards);
  afterwards = setTimeout(() => {
    mark([...late]);
    late.clear();
  }, AFTERWARDS);
  try {
    const { time } = JSON.parse(event.data);
    if (time && !parts().length) heard(time, (Date.now() - Date.parse(time)) / 1000);
  } catch {
    // an event without a body that we read
  }
}

function fresh(event) {
  const told = JSON.parse(event.data);
  heard(told.as_of, Number(told.behind_seconds));
}

function close() {
  if (source) source.close();
  source = null;
  clearInterval(plain);
  plain = null;
}

function open() {
  close();
  if (!window.EventSource) {
    plain = setInterval(() => mark(parts()), PLAIN);
    return;
  }
  source = new EventSource(address);
  types().forEach((type) => source.addEventListener(type, arrived));
  source.addEventListener("fresh", fresh);
  source.onopen = () => {
    tell("live");
    mark(parts()); // what happened while nobody listened
  };
  source.onerror = () => {
    tell("away");
    if (source.readyState === EventSource.CLOSED) {
      close(); // refused: ask plainly, at once and now and then
      mark(parts());
      plain = setInterval(() => mark(parts()), PLAIN);
    }
  };
}

if (address) {
  open();
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
}

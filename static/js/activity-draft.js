// Saves a form by itself: on this device at once, on the server soon after, and again when the network is back.
// Without it the buttons save as ever.

import { forget, copies, keep, restore, typed } from "./activity-local.js";
import { signedIn } from "./activity-login.js";

const PAUSE = 5000;
export const form = document.querySelector("form[data-draft]");
const line = document.querySelector("[data-draft-status]");
const words = line.dataset;
const field = (name) => form.elements.namedItem(name);
const key = () => field("key").value;

let sent = comparable();
let timer = 0;
let busy = null;
let leaving = false;
let wanted = null;
const holding = [];

/** Let the form go only when ``isDone`` gives true. */
export function stayUntil(isDone) {
  holding.push(isDone);
}

function comparable() {
  const own = ["version", "turn", "sitting"];
  return JSON.stringify(typed(form).filter(([name]) => !own.includes(name)));
}

function say(text, state = "") {
  line.hidden = false;
  line.dataset.state = state;
  line.textContent = text;
}

function mark(faults) {
  for (const old of form.querySelectorAll("[data-left-out]")) old.remove();
  for (const [name, fault] of Object.entries(faults ?? {})) {
    const place = document.getElementById(`div_id_${name}`);
    if (!place) continue;
    const note = document.createElement("p");
    note.className = "left-out";
    note.dataset.leftOut = name;
    note.textContent = fault;
    place.append(note);
  }
}

function took(answer) {
  field("version").value = answer.version;
  form.dataset.filesAddress = answer.files;
  if (form.getAttribute("action") === answer.address) return;
  form.action = answer.address;
  form.dataset.check = answer.address;
  history.replaceState(null, "", answer.address);
}

function warn(similar) {
  const box = form.querySelector("[data-similar]");
  box.hidden = !similar.length;
  box.querySelector("ul").replaceChildren(...similar.map(([name, address]) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = address;
    link.textContent = name;
    item.append(link);
    return item;
  }));
}

async function send(keepalive) {
  const now = comparable();
  field("turn").value = Number(field("turn").value) + 1;
  const body = new URLSearchParams(typedWithToken());
  let answer;
  try {
    answer = await fetch(form.dataset.draft, { method: "POST", body, redirect: "manual", keepalive });
  } catch {
    say(keep(form.dataset.reader, key(), typed(form)) ? words.offline : words.unsaved, "offline");
    return "offline";
  }
  if (answer.type === "opaqueredirect" || answer.status === 403) return "ended";
  if (answer.status >= 500) {
    say(words.offline, "offline");
    return "offline";
  }
  const told = await answer.json();
  mark(told.left_out);
  say(told.message, answer.ok ? "saved" : "fault");
  if (!answer.ok) return "refused";
  took(told);
  warn(told.similar);
  if (Object.keys(told.left_out).length) return "partly";
  sent = now;
  if (comparable() === now) forget(form.dataset.reader, key());
  return "saved";
}

function typedWithToken() {
  return [...typed(form), ["csrfmiddlewaretoken", field("csrfmiddlewaretoken").value]];
}

/** Save, one after the other; gives what became of it. */
export async function save({ asking = false, keepalive = false, anew = false } = {}) {
  clearTimeout(timer);
  while (busy) await busy;
  if (comparable() === sent && field("version").value !== "0" && !anew) {
    forget(form.dataset.reader, key());
    return "saved";
  }
  say(words.saving);
  busy = send(keepalive);
  let state = await busy.finally(() => { busy = null; });
  if (state === "ended") {
    say(words.ended, "fault");
    if (!asking) return state;
    if (!(await signedIn(form).catch(() => false))) return state;
    state = await save({ anew });
  }
  return state;
}

function changed() {
  if (leaving) return;
  keep(form.dataset.reader, key(), typed(form));
  clearTimeout(timer);
  timer = setTimeout(() => save({ asking: true }), PAUSE);
}

function hold(on) {
  for (const button of form.querySelectorAll(".actions button")) button.disabled = on;
}

async function pressed(event) {
  const button = event.submitter;
  if (leaving) return;
  if (button?.name === "read" && !busy) {
    leaving = true; // The answer is this form with more in it: nothing is to be saved first.
    return;
  }
  event.preventDefault();
  keep(form.dataset.reader, key(), typed(form));
  hold(true);
  const state = await save({ asking: true });
  wanted = state === "offline" ? button : null;
  let isFree = !["offline", "ended"].includes(state);
  for (const isDone of holding) isFree = isFree && await isDone();
  await new Promise((resolve) => setTimeout(resolve)); // a form does not submit while its submit event is on its way
  hold(false);
  if (!isFree) return;
  leaving = true;
  field("turn").value = Number(field("turn").value) + 1;
  form.requestSubmit(button);
}

function start() {
  field("sitting").value = Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
  const copy = copies(form.dataset.reader).get(key());
  if ("typed" in form.dataset) {
    sent = ""; // The page came back with what was typed, which is newer than what is stored and than the copy here.
    changed();
  } else if (copy) {
    restore(form, copy);
    say(words.restored, "saved");
    changed();
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", pressed);
  addEventListener("pagehide", () => { if (!leaving && comparable() !== sent) save({ keepalive: true }); });
  addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !leaving && comparable() !== sent) save({ keepalive: true });
  });
  addEventListener("online", async () => {
    if (comparable() === sent) return;
    const button = wanted;
    if ((await save({ asking: true })) === "saved" && button) form.requestSubmit(button);
  });
}

start();

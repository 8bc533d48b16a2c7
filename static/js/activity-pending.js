// Sends what was typed without a network or a session, from any page that the same user opens later.

import { copies, forget, reader } from "./activity-local.js";

const here = document.querySelector("form[data-draft] [name=key]")?.value;
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
const box = document.querySelector("[data-pending]");

async function send(key, fields) {
  const body = new URLSearchParams([...fields, ["csrfmiddlewaretoken", token]]);
  const answer = await fetch(box.dataset.pending, { method: "POST", body, redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status >= 500) return;
  const told = await answer.json();
  if (answer.ok && !Object.keys(told.left_out).length) forget(reader(), key);
  tell(fields, answer.ok ? told.address : "");
}

function tell(fields, address) {
  const topic = fields.find(([name]) => name === "topic")?.[1] || box.dataset.unnamed;
  const line = document.createElement("p");
  line.className = "notice notice-warning";
  line.append(`${address ? box.dataset.kept : box.dataset.differs} `);
  const what = document.createElement(address ? "a" : "strong");
  what.textContent = topic;
  if (address) what.href = address;
  line.append(what);
  box.parentElement.append(line);
}

async function sendAll() {
  for (const [key, fields] of copies(reader())) {
    if (key !== here) await send(key, fields).catch(() => {});
  }
}

if (box) {
  sendAll();
  addEventListener("online", sendAll);
}

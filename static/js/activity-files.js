// Sends each photo and attachment as soon as it is chosen, photos made small on this device, with a ring that fills and
// a try again of its own. Without it files go with the form.

import { form, save, stayUntil } from "./activity-draft.js";
import { shrunk } from "./activity-shrink.js";

const model = form.querySelector("[data-file-tile]");
const token = () => form.elements.namedItem("csrfmiddlewaretoken").value;

/** Post a form; gives what is told, whether it was done, or whether the session has ended. Throws without a network. */
function post(address, body, onProgress) {
  body.append("csrfmiddlewaretoken", token());
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = onProgress;
    request.onload = () => {
      const ended = request.status === 403 || new URL(request.responseURL).pathname !== address;
      const isOurs = request.getResponseHeader("Content-Type")?.startsWith("application/json");
      resolve({ ended, ok: isOurs && request.status === 200, told: isOurs ? JSON.parse(request.responseText) : null });
    };
    request.onerror = reject;
    request.open("POST", address);
    request.send(body);
  });
}

function fill(tile, share, text) {
  const ring = tile.querySelector(".ring");
  ring.setAttribute("aria-valuenow", Math.round(share * 100));
  ring.querySelector(".ring-done").setAttribute("stroke-dasharray", `${share * 100} 100`);
  tile.querySelector(".file-state").textContent = text;
}

function failed(tile, text, state = "refused") {
  tile.dataset.state = state;
  fill(tile, 0, text);
  for (const button of tile.querySelectorAll("button")) button.hidden = false;
}

function kept(tile, told) {
  for (const other of tile.parentElement.querySelectorAll(`[data-key="${told.key}"]`)) other.remove(); // sent twice
  tile.dataset.state = "kept";
  tile.dataset.key = told.key;
  tile.dataset.drop = told.drop;
  const [image, link] = [tile.querySelector("img"), tile.querySelector("a")];
  image.hidden = !told.thumbnail;
  link.hidden = !told.address;
  if (told.thumbnail) image.src = told.thumbnail;
  if (told.address) [link.href, link.textContent] = [told.address, told.name];
  tile.querySelector(".ring").remove();
  tile.querySelector(".file-state").remove();
  tile.querySelector("[data-again]").hidden = true;
  tile.querySelector("[data-away]").hidden = false;
}

/** One field of files: its input, and the box with a tile for each file. */
class Files {
  waiting = new Map(); // tile → its file, until that is kept
  sending = Promise.resolve();

  constructor(box) {
    this.box = box;
    this.name = box.dataset.files;
    this.words = { ...model.dataset, ...box.dataset };
    this.list = box.querySelector("ul");
    this.line = box.querySelector("[data-files-status]");
    this.input = form.elements.namedItem(this.name);
    for (const tile of this.list.children) { // a tick for later becomes a button for now
      const button = model.content.querySelector("[data-away]").cloneNode(true);
      button.hidden = false;
      tile.querySelector(".form-check").replaceWith(button);
    }
    this.input.addEventListener("change", () => this.chosen());
    this.list.addEventListener("click", ({ target }) => this.pressed(target));
    addEventListener("online", () => {
      for (const tile of this.waiting.keys()) if (tile.dataset.state === "offline") this.queue(tile);
    });
    addEventListener("beforeunload", (event) => { if (this.waiting.size) event.preventDefault(); });
    stayUntil(() => this.settled());
  }

  say(text) {
    this.line.textContent = text;
    this.line.hidden = !text;
    this.box.hidden = !this.list.children.length && !text;
  }

  chosen() {
    const room = Math.max(0, this.words.most - this.list.children.length);
    const files = [...this.input.files];
    this.input.value = ""; // They go on their own, not once more with the form.
    for (const file of files.slice(0, room)) {
      const tile = model.content.firstElementChild.cloneNode(true);
      this.list.append(tile);
      this.waiting.set(tile, file);
      this.queue(tile);
    }
    this.say(files.length > room ? this.words.many : "");
  }

  queue(tile) {
    this.sending = this.sending
      .then(() => this.waiting.has(tile) && this.upload(tile, this.waiting.get(tile)))
      .catch(() => failed(tile, this.words.offline, "offline"));
  }

  async upload(tile, file) {
    tile.dataset.state = "sending";
    for (const button of tile.querySelectorAll("button")) button.hidden = true;
    fill(tile, 0, "");
    const sent = this.name === "photos" ? await shrunk(file) : file;
    if (!form.dataset.filesAddress) {
      const state = await save({ asking: true });
      if (state === "offline") throw state;
      if (!form.dataset.filesAddress) return failed(tile, this.words.none);
    }
    const body = new FormData();
    body.append(this.name, sent, file.name);
    const progress = ({ loaded, total }) => fill(tile, loaded / total, loaded < total ? "" : this.words.working);
    const { ended, ok, told } = await post(form.dataset.filesAddress, body, progress);
    if (ok) {
      this.waiting.delete(tile);
      return kept(tile, told);
    }
    failed(tile, told?.message ?? this.words.failed);
    if (ended && (await save({ asking: true, anew: true })) === "saved") return this.upload(tile, file);
  }

  pressed(target) {
    const tile = target.closest("li");
    if (target.closest("[data-again]")) this.queue(tile);
    else if (target.closest("[data-away]")) this.away(tile);
  }

  async away(tile) {
    if (!this.waiting.delete(tile)) {
      const { ok, told } = await post(tile.dataset.drop, new FormData()).catch(() => ({}));
      if (!ok) return this.say(told?.message ?? this.words.failed);
    }
    tile.remove();
    this.say("");
    this.input.focus();
  }

  /** Whether all that was chosen is kept; waits for what is on its way. */
  async settled() {
    if (this.waiting.size) this.say(this.words.wait);
    await this.sending;
    this.say(this.waiting.size ? this.words.stuck : "");
    if (this.waiting.size) this.box.scrollIntoView({ block: "nearest" });
    return !this.waiting.size;
  }
}

for (const box of form.querySelectorAll("[data-files]")) new Files(box);

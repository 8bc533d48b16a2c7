// j k a r c for reviewers, on the queue and on a record. Off inside fields; can be switched off for good (WCAG 2.1.4).

const KEPT = "parkparty.review-keys";
const bar = document.querySelector("[data-keys]");
const rows = [...document.querySelectorAll("[data-review-row]")];
let on = localStorage.getItem(KEPT) !== "off";

function show() {
  bar.querySelector("[data-keys-switch]").setAttribute("aria-pressed", String(on));
  bar.querySelector("[data-keys-on]").hidden = !on;
}

function move(step) {
  const here = rows.indexOf(document.activeElement?.closest("[data-review-row]"));
  const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  next?.focus();
}

function open(hash) {
  const link = document.activeElement?.closest("[data-review-row]")?.querySelector("[data-review-open]");
  if (link) location.assign(link.href + hash);
}

// A regular row is approved where it stands; one that deserves a second look is opened.
function approve() {
  const box = document.activeElement?.closest("[data-review-row]")?.querySelector("input[name=record]");
  if (!box) return open("");
  for (const other of box.form.elements) if (other.name === "record") other.checked = other === box;
  box.form.requestSubmit();
}

const onQueue = {
  j: () => move(1),
  k: () => move(-1),
  a: approve,
  r: () => open("#return"),
  c: () => open("#return"),
};

function press(key) {
  document.querySelector(`[data-key="${key}"]`)?.click();
}

const onRecord = {
  j: () => press("j"),
  k: () => press("k"),
  a: () => press("a"),
  r: () => document.querySelector("#return input[type=checkbox]")?.focus(),
  c: () => document.querySelector("#return textarea")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (!on || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  const act = (document.querySelector("[data-review]") ? onRecord : onQueue)[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

if (bar) {
  bar.hidden = false;
  bar.querySelector("[data-keys-switch]").addEventListener("click", () => {
    on = !on;
    localStorage.setItem(KEPT, on ? "on" : "off");
    show();
  });
  show();
}

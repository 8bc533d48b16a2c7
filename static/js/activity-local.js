// What was typed and has not reached the server yet, kept on this device, apart for each user and each record.

const PREFIX = "parkparty.activity.";
const nameOf = (reader, key) => `${PREFIX}${reader}.${key}`;

export const reader = () => document.body.dataset.reader ?? "";

const NOT_KEPT = ["csrfmiddlewaretoken", "notice"];

/** Everything in a form but its files, the page's own token and a pasted notice, as pairs of name and value. */
export function typed(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_KEPT.includes(name));
}

export function keep(reader, key, fields) {
  try {
    localStorage.setItem(nameOf(reader, key), JSON.stringify(fields));
    return true;
  } catch {
    return false; // Full, or switched off: the server's draft is the only copy.
  }
}

export function forget(reader, key) {
  localStorage.removeItem(nameOf(reader, key));
}

export function forgetAll(reader) {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith(nameOf(reader, ""))) localStorage.removeItem(name);
  }
}

/** The copies of one user, by the key of their record. */
export function copies(reader) {
  const start = nameOf(reader, "");
  const found = new Map();
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(start)) continue;
    try {
      found.set(name.slice(start.length), JSON.parse(localStorage.getItem(name)));
    } catch {
      localStorage.removeItem(name);
    }
  }
  return found;
}

/** Put a copy back into the form it came from. */
export function restore(form, fields) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const control of form.elements) {
    if (!control.name || ["key", "version", "sitting", "turn", "csrfmiddlewaretoken"].includes(control.name)) continue;
    const kept = values.get(control.name) ?? [];
    if (control.type === "checkbox" || control.type === "radio") control.checked = kept.includes(control.value);
    else if (!["file", "submit", "button"].includes(control.type) && kept.length) control.value = kept[0];
  }
}

// Asks for the password in place when the session has ended, so that nobody leaves a form that is half filled in.

const pageOf = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
const isLogin = (page) => page.body.dataset.reader === "";

/** Ask for the page of the form anew: takes over its token. Gives "same", "other" user, or "none" signed in. */
async function takeOver(form, answer) {
  const page = await pageOf(answer);
  if (isLogin(page)) return { who: "none", page };
  const token = page.querySelector("[name=csrfmiddlewaretoken]");
  for (const old of document.querySelectorAll("[name=csrfmiddlewaretoken]")) old.value = token.value;
  return { who: page.body.dataset.reader === form.dataset.reader ? "same" : "other", page };
}

/** Make sure that the form may be sent: a fresh token, and the same user signed in. False when that is not to be. */
export async function signedIn(form) {
  const { who } = await takeOver(form, await fetch(form.dataset.check));
  if (who === "none") return ask(form);
  return same(form, who);
}

function same(form, who) {
  if (who !== "other") return true;
  location.assign(form.dataset.home); // What was typed stays on this device, for the one who typed it.
  return false;
}

function ask(form) {
  const dialog = document.querySelector("[data-sign-in]");
  const place = dialog.querySelector("[data-sign-in-forms]");
  return new Promise((resolve) => {
    const show = (page) => {
      const parts = page.querySelectorAll("main > section, main > details, main > form");
      place.replaceChildren(...[...parts].map((part) => document.importNode(part, true)));
      for (const next of place.querySelectorAll("[name=next]")) next.value = form.dataset.check;
    };
    const send = async (event) => {
      event.preventDefault();
      const sent = new FormData(event.target);
      if (event.submitter?.name) sent.append(event.submitter.name, event.submitter.value);
      const action = event.target.getAttribute("action") || place.dataset.address;
      const answer = await fetch(action, { method: "POST", body: new URLSearchParams(sent) });
      place.dataset.address = new URL(answer.url).pathname;
      const { who, page } = await takeOver(form, answer);
      if (who === "none") return show(page);
      dialog.close("in");
      resolve(same(form, who));
    };
    place.onsubmit = (event) => send(event).catch(() => dialog.close(""));
    dialog.onclose = () => dialog.returnValue === "in" || resolve(false);
    dialog.returnValue = "";
    fetch(form.dataset.login).then(pageOf).then((page) => {
      place.dataset.address = form.dataset.login;
      show(page);
      dialog.showModal();
    }).catch(() => resolve(false));
  });
}

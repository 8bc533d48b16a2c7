// Shows how far a task is, and what became of it as soon as it is done. Without it a link on the page asks for the same.

const BUSY = "[data-busy]";
const PROGRESS = "[data-progress]";
const PAUSE = 1500;

async function look() {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && !page.querySelector(BUSY)) {
      location.reload();
      return;
    }
    const [old, fresh] = [document.querySelector(PROGRESS), page.querySelector(PROGRESS)];
    if (old && fresh) old.replaceWith(fresh);
  } catch {
    // The network is away for a moment; the next look may find it.
  }
  setTimeout(look, PAUSE);
}

if (document.querySelector(BUSY)) setTimeout(look, PAUSE);

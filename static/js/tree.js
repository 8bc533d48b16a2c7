// Opens and closes a node of the tree without leaving the page. Without this, the link does it.

const tree = document.querySelector("[data-tree]");

async function show(address, code) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) {
    location.assign(address);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  tree.replaceChildren(...page.querySelector("[data-tree]").childNodes);
  history.pushState({}, "", address);
  tree.querySelector(`[data-tree-toggle="${CSS.escape(code)}"]`)?.focus();
}

tree?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-tree-toggle]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.href, link.dataset.treeToggle).catch(() => location.assign(link.href));
});

addEventListener("popstate", () => location.reload());

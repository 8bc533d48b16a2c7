// One box that ticks all boxes of a name.

for (const all of document.querySelectorAll("[data-tick-all]")) {
  const boxes = [...all.form.elements].filter((box) => box.name === all.dataset.tickAll);
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
}

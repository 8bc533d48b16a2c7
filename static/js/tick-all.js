// One box that ticks all boxes of a name.

for (const label of document.querySelectorAll("[data-tick-all]")) {
  const all = label.control;
  const boxes = [...all.form.elements].filter((box) => box.name === label.dataset.tickAll);
  label.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
}

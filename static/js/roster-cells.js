// Moves through the cells to be mended as through a spreadsheet. Without it, Tab moves and Enter saves.

const CELLS = "[data-roster-cell]";
const cells = [...document.querySelectorAll(CELLS)];

function go(from, step) {
  const next = cells[cells.indexOf(from) + step];
  if (next) {
    next.focus();
    next.select();
  }
  return Boolean(next);
}

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest(CELLS);
  if (!cell || event.isComposing || event.altKey || event.metaKey) return;
  const steps = { ArrowDown: 1, ArrowUp: -1, Enter: event.shiftKey ? -1 : 1 };
  if (event.key === "Escape") {
    cell.value = cell.defaultValue;
    cell.select();
  } else if (event.key === "Enter" && event.ctrlKey) {
    cell.form.requestSubmit();
  } else if (!(event.key in steps) || event.ctrlKey) {
    return;
  } else if (!go(cell, steps[event.key]) && event.key === "Enter" && !event.shiftKey) {
    cell.form.requestSubmit();
  }
  event.preventDefault();
});

const hint = document.querySelector("[data-cells-hint]");
if (hint && cells.length) hint.hidden = false;

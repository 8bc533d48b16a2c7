// Offers 今天 and 昨天 beside the date of an activity. Without it the date is picked as in any form.

const day = (ago) => {
  const date = new Date();
  date.setDate(date.getDate() - ago);
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};

for (const chips of document.querySelectorAll("[data-day-chips]")) {
  const input = document.getElementById(chips.dataset.dayChips);
  const buttons = chips.querySelectorAll("[data-days-ago]");
  const show = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", day(button.dataset.daysAgo) === input.value);
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      input.value = day(button.dataset.daysAgo);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  input.addEventListener("change", show);
  chips.hidden = false;
  show();
}

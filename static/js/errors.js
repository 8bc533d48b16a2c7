// Brings the reader to the error summary after a form came back. Without it the summary still stands first.

document.querySelector("[data-error-summary]")?.focus();

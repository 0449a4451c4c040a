// The order of a list in a form: its rows move up and down, and the form sends them as they stand.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-order-up], [data-order-down]");
    const row = button?.closest("li");
    if (!row) return;
    if (button.matches("[data-order-up]")) row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    button.focus();
  });
})();

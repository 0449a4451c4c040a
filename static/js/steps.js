// The rows of steps in the form of a case: add, remove, reorder. Without script the form offers empty rows.
(() => {
  "use strict";
  const rowsOf = (list) => [...list.querySelectorAll("[data-step]")];
  const isEmpty = (row) => [...row.querySelectorAll("textarea")].every((each) => !each.value.trim());

  const renumber = (list) => rowsOf(list).forEach((row, place, all) => {
    row.querySelector("[data-step-number]").textContent = String(place + 1);
    row.querySelectorAll("[data-label]").forEach((each) => each.setAttribute("aria-label", each.dataset.label.replace("%s", place + 1)));
    row.querySelector("[data-step-up]").disabled = place === 0;
    row.querySelector("[data-step-down]").disabled = place === all.length - 1;
  });

  const changed = (list) => list.dispatchEvent(new Event("input", { bubbles: true }));
  const listOf = (element) => element.closest("[data-steps]").querySelector("[data-step-list]");

  const add = (list) => {
    const row = list.closest("[data-steps]").querySelector("[data-step-template]").content.firstElementChild.cloneNode(true);
    list.append(row);
    renumber(list);
    row.querySelector("textarea").focus();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step-add], [data-step-up], [data-step-down], [data-step-remove]");
    if (!button) return;
    const list = listOf(button);
    const row = button.closest("[data-step]");
    if (button.matches("[data-step-add]")) return add(list);
    if (button.matches("[data-step-up]")) row.previousElementSibling?.before(row);
    if (button.matches("[data-step-down]")) row.nextElementSibling?.after(row);
    if (button.matches("[data-step-remove]")) {
      const near = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      if (!near) add(list);
      else near.querySelector("textarea").focus();
    } else {
      (button.disabled ? row.querySelector("textarea") : button).focus();
    }
    renumber(list);
    changed(row.querySelector("textarea") ?? list);
  });

  // One empty row is enough where more can be added.
  document.querySelectorAll("[data-step-list]").forEach((list) => {
    const empty = rowsOf(list).filter(isEmpty);
    empty.slice(1).forEach((row) => row.remove());
    renumber(list);
  });
})();

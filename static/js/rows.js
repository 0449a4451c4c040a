// Rows of a form that can be added, taken away and put in order; those that htmx brings work too.
// Without script the form offers empty rows, and their order stands.
(() => {
  "use strict";
  const rowsOf = (list) => [...list.querySelectorAll("[data-row]")];
  const inputOf = (row) => row.querySelector("input:not([type=hidden]), textarea");
  const isEmpty = (row) => [...row.querySelectorAll("input:not([type=hidden]), textarea")].every((each) => each.value.trim() === "");

  const renumber = (list) => rowsOf(list).forEach((row, place, all) => {
    row.querySelectorAll("[data-label]").forEach((each) => each.setAttribute("aria-label", each.dataset.label.replace("%s", place + 1)));
    row.querySelector("[data-row-number]")?.replaceChildren(String(place + 1));
    row.querySelector("[data-row-up]").disabled = place === 0;
    row.querySelector("[data-row-down]").disabled = place === all.length - 1;
  });

  const listOf = (element) => element.closest("[data-rows]").querySelector("[data-row-list]");

  const add = (list, after) => {
    const row = list.closest("[data-rows]").querySelector("[data-row-template]").content.firstElementChild.cloneNode(true);
    if (after) after.after(row);
    else list.append(row);
    renumber(list);
    inputOf(row).focus();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-add], [data-row-up], [data-row-down], [data-row-remove]");
    if (!button) return;
    const list = listOf(button);
    const row = button.closest("[data-row]");
    if (button.matches("[data-row-add]")) return add(list);
    if (button.matches("[data-row-up]")) row.previousElementSibling?.before(row);
    if (button.matches("[data-row-down]")) row.nextElementSibling?.after(row);
    const near = row.nextElementSibling ?? row.previousElementSibling;
    if (button.matches("[data-row-remove]")) row.remove();
    renumber(list);
    if (!button.matches("[data-row-remove]")) (button.disabled ? inputOf(row) : button).focus();
    else if (near) inputOf(near).focus();
    else add(list);
    list.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // Enter goes on to the next row instead of sending the form away.
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !row || !event.target.matches("input[name='option_name']")) return;
    event.preventDefault();
    if (row.nextElementSibling) inputOf(row.nextElementSibling).focus();
    else add(listOf(row));
  });

  const prepare = () => document.querySelectorAll("[data-row-list]").forEach((list) => {
    if (list.isPrepared) return;
    list.isPrepared = true;
    const empty = rowsOf(list).filter(isEmpty);
    empty.slice(1).forEach((row) => row.remove());
    renumber(list);
  });
  prepare();
  document.addEventListener("htmx:after:swap", prepare);
})();

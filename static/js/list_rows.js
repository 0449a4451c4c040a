// Work in a list: a row becomes a form and a row again, and a line for the next case keeps the focus.
(() => {
  "use strict";
  // A cell whose field is edited where it is shown opens the row's form at that field.
  document.addEventListener("click", (event) => {
    const cell = event.target.closest("td[data-edit]");
    const link = cell?.closest("tr").querySelector(".q-row-edit");
    if (!link || event.target.closest("a, button, input")) return;
    const url = new URL(link.getAttribute("hx-get"), location.href);
    url.searchParams.set("edit", cell.dataset.edit);
    htmx.ajax("GET", url.pathname + url.search, { target: `#${cell.closest("tr").id}`, swap: "outerHTML" });
  });

  let left = ""; // the row whose form was sent or left
  document.addEventListener("keydown", (event) => {
    const row = event.key === "Escape" && event.target.closest?.("tr.is-editing");
    if (!row) return;
    event.preventDefault();
    row.querySelector("[data-row-cancel]").click();
  }, true);
  document.addEventListener("htmx:before:request", (event) => {
    left = event.target.closest?.("tr.is-editing")?.id ?? "";
  });
  const met = new WeakSet(); // forms whose field had the focus once
  document.addEventListener("htmx:after:swap", () => {
    const form = document.querySelector("tr.is-editing");
    if (form && !met.has(form)) {
      met.add(form);
      const field = form.querySelector(".is-wrong input, .is-wrong select") ?? form.querySelector("[autofocus]");
      field?.focus();
      field?.setSelectionRange?.(field.value.length, field.value.length);
    } else if (left && !form) {
      document.getElementById(left)?.querySelector(".q-name")?.focus();
      left = "";
    }
  });

  // The next case: the line is empty again, and the new row is seen.
  document.addEventListener("htmx:after:request", (event) => {
    const line = event.target.closest?.("#quick-add");
    if (!line || !event.detail.ctx.response?.raw.ok) return;
    line.reset();
    line.querySelector("input[name=title]").value = "";
    line.querySelector("input[name=title]").focus();
    setTimeout(() => document.getElementById("case-rows")?.lastElementChild?.scrollIntoView({ block: "nearest" }), 50);
  });
})();

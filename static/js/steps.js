// The rows of steps in a form: add, insert, duplicate, remove, move by drag and by keyboard, files, shared steps.
// Without script the form offers empty rows.
(() => {
  "use strict";
  const KIND = "application/x-portal-step";
  const rowsOf = (list) => [...list.querySelectorAll(":scope > [data-step]")];
  const isShared = (row) => Boolean(row.querySelector("[name=step_shared]").value);
  const isEmpty = (row) => !isShared(row) && !row.querySelector("[name=step_files]").value
    && [...row.querySelectorAll("textarea")].every((each) => !each.value.trim());
  const editorOf = (element) => element.closest("[data-steps]");
  const listOf = (element) => editorOf(element).querySelector("[data-step-list]");
  const camel = (name) => `words${name[0].toUpperCase()}${name.slice(1)}`;

  // The tools of a row need script anyway; rows of a long case come without them and are lighter for it.
  const withTools = (row) => {
    if (row.querySelector(".q-step-tools")) return;
    const tools = editorOf(row).querySelector("[data-step-tools-template]").content.firstElementChild.cloneNode(true);
    (row.querySelector(".q-step-shared") ?? [...row.querySelectorAll("textarea")].at(-1)).after(tools);
  };

  // Shared steps are one row and count as the steps they are.
  const renumber = (list) => {
    const words = editorOf(list).dataset;
    let next = 1;
    rowsOf(list).forEach((row, place, all) => {
      withTools(row);
      const count = Number(row.dataset.count);
      row.querySelector("[data-step-number]").textContent = count > 1 ? `${next}–${next + count - 1}` : String(next);
      row.querySelectorAll("[data-words]").forEach((each) => each.setAttribute("aria-label", words[camel(each.dataset.words)].replace("%s", next)));
      row.querySelector("[data-step-up]").disabled = place === 0;
      row.querySelector("[data-step-down]").disabled = place === all.length - 1;
      row.querySelector("[data-step-handle]").draggable = true;
      next += count;
    });
  };
  const changed = (list) => {
    renumber(list);
    list.dispatchEvent(new Event("input", { bubbles: true }));
    // `input` on a list has no form; those who watch the form hear of it by a control of it.
    list.querySelector("[name=step_shared]")?.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const focusIn = (row) => (row.querySelector("textarea") ?? row.querySelector("summary, button"))?.focus();
  const fresh = (list) => editorOf(list).querySelector("[data-step-template]").content.firstElementChild.cloneNode(true);

  const insert = (list, row, before = null) => {
    list.insertBefore(row, before);
    changed(list);
    focusIn(row);
  };

  /** A copy of the row with what is typed in it now. */
  const double = (row) => {
    const copy = row.cloneNode(true);
    const typed = row.querySelectorAll("textarea");
    copy.querySelectorAll("textarea").forEach((area, place) => { area.value = typed[place].value; });
    copy.querySelector("[data-step-menu]").open = false;
    copy.querySelector("[data-step-menu] .q-popover")?.remove();
    return copy;
  };

  const remove = (list, row) => {
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    if (near) {
      changed(list);
      focusIn(near);
    } else insert(list, fresh(list));
  };

  const move = (row, up) => {
    const other = up ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    const focused = document.activeElement;
    if (up) other.before(row);
    else other.after(row);
    changed(row.parentElement);
    if (row.contains(focused)) (focused.disabled ? row.querySelector("textarea, summary") : focused)?.focus();
    row.scrollIntoView({ block: "nearest" });
  };

  /** Let shared steps become steps of the case's own. */
  const own = (list, row) => {
    const rows = [...row.querySelector("[data-own-rows]").content.querySelectorAll("[data-step]")].map((each) => each.cloneNode(true));
    row.replaceWith(...rows);
    changed(list);
    if (rows[0]) focusIn(rows[0]);
  };

  // -- files
  const idsOf = (row) => row.querySelector("[name=step_files]");
  const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

  const attach = async (row, file) => {
    const list = listOf(row);
    const body = new FormData();
    body.append("file", file, file.name);
    let stored = null;
    try {
      const response = await fetch(row.closest("form").dataset.filesUrl, { method: "POST", body, headers: { "X-CSRFToken": window.portal.token() }, credentials: "same-origin" });
      stored = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
      if (response.status !== 201) throw new Error(stored.detail ?? "");
    } catch (error) {
      const words = error instanceof TypeError ? "" : error.message;
      window.portal.toast({ text: words || window.portal.say("uploadFailed"), kind: "failed" });
      return;
    }
    const line = editorOf(list).querySelector("[data-step-file-template]").content.firstElementChild.cloneNode(true);
    line.dataset.file = stored.id;
    const link = line.querySelector("[data-file-name]");
    link.href = stored.url;
    link.textContent = stored.name;
    line.querySelector("[data-file-size]").textContent = size(stored.size);
    line.querySelector("[data-file-remove]").setAttribute("aria-label", editorOf(list).dataset.wordsRemove.replace("%s", stored.name));
    row.querySelector("[data-step-files]").append(line);
    idsOf(row).value = [...idsOf(row).value.split(",").filter(Boolean), stored.id].join(",");
    changed(list);
  };

  const detach = (line) => {
    const row = line.closest("[data-step]");
    idsOf(row).value = idsOf(row).value.split(",").filter((each) => each && each !== line.dataset.file).join(",");
    line.remove();
    changed(listOf(row));
    focusIn(row);
  };

  let waiting = null;
  document.addEventListener("change", async (event) => {
    if (!event.target.matches("[data-step-upload]") || !waiting) return;
    const files = [...event.target.files];
    event.target.value = "";
    for (const file of files) await attach(waiting, file);
  });

  // -- what is clicked
  let last = null;
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-step]");
    if (row) last = row;
  });

  const ACTS = {
    "[data-step-add]": (list) => insert(list, fresh(list)),
    "[data-step-up]": (_list, row) => move(row, true),
    "[data-step-down]": (_list, row) => move(row, false),
    "[data-step-remove]": remove,
    "[data-step-above]": (list, row) => insert(list, fresh(list), row),
    "[data-step-below]": (list, row) => insert(list, fresh(list), row.nextElementSibling),
    "[data-step-double]": (list, row) => insert(list, double(row), row.nextElementSibling),
    "[data-step-own]": own,
    "[data-step-attach]": (list, row) => {
      waiting = row;
      editorOf(list).querySelector("[data-step-upload]").click();
    },
    "[data-shared-choice]": (list, _row, button) => {
      const row = button.nextElementSibling.content.firstElementChild.cloneNode(true);
      const place = last && list.contains(last) ? last : rowsOf(list).at(-1);
      button.closest("details").open = false;
      if (place && isEmpty(place)) {
        place.replaceWith(row);
        changed(list);
        focusIn(row);
      } else insert(list, row, place?.nextElementSibling ?? null);
    },
  };
  document.addEventListener("click", (event) => {
    const line = event.target.closest("[data-file-remove]")?.closest("[data-file]");
    if (line?.closest("[data-step]")) return detach(line);
    for (const [selector, act] of Object.entries(ACTS)) {
      const button = event.target.closest(selector);
      if (button && editorOf(button)) return act(listOf(button), button.closest("[data-step]"), button);
    }
  });

  // One menu serves every row: a thousand rows with menus of their own would be slow.
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("[data-step-menu]") || !menu.open || menu.querySelector(".q-popover")) return;
    const shown = editorOf(menu).querySelector("[data-step-menu-template]").content.firstElementChild.cloneNode(true);
    const unfit = isShared(menu.closest("[data-step]")) ? "[data-own-only]" : "[data-shared-only]";
    shown.querySelectorAll(unfit).forEach((each) => each.remove());
    menu.append(shown);
  }, true);

  // -- by keyboard
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-step]");
    if (!row || !event.altKey || event.ctrlKey || event.metaKey) return;
    const list = listOf(row);
    if (event.key === "ArrowUp" || event.key === "ArrowDown") move(row, event.key === "ArrowUp");
    else if (event.key === "Enter") insert(list, fresh(list), event.shiftKey ? row : row.nextElementSibling);
    else return;
    event.preventDefault();
  });

  // -- by drag
  let dragged = null;
  document.addEventListener("dragstart", (event) => {
    const handle = event.target.closest?.("[data-step-handle]");
    if (!handle) return;
    dragged = handle.closest("[data-step]");
    event.dataTransfer.setData(KIND, "");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(dragged, 10, 10);
    dragged.classList.add("is-dragged");
  });
  document.addEventListener("dragover", (event) => {
    const over = event.target.closest?.("[data-step]");
    if (!dragged || !over || over.parentElement !== dragged.parentElement) return;
    event.preventDefault();
    if (over === dragged) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });
  document.addEventListener("drop", (event) => dragged && event.preventDefault());
  document.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("is-dragged");
    changed(dragged.parentElement);
    dragged = null;
  });

  // One empty row is enough where more can be added.
  document.querySelectorAll("[data-step-list]").forEach((list) => {
    const empty = rowsOf(list).filter(isEmpty);
    empty.slice(1).forEach((row) => row.remove());
    renumber(list);
  });
})();

// Folders in the tree: arrows walk, F2 renames, Insert adds one below, M moves; a folder can be dragged onto another.
// Every act has a page of its own, so that nothing here is needed to do it.
(() => {
  "use strict";
  const { post, toast, announced, refused, isTyping } = window.portal;
  const tree = () => document.querySelector("[data-tree]");
  let waiting = ""; // what gets the focus after the next swap
  const lines = () => [...(tree()?.querySelectorAll(".q-tree-name") ?? [])].filter((each) => each.offsetParent !== null);
  const rowOf = (target) => target.closest?.("[data-tree] .q-tree-row");
  const state = (row) => (row.querySelector(".q-tree-x[aria-expanded=true]") ? "1" : "0");
  const query = (row) => {
    const kept = new URLSearchParams(location.search);
    kept.set("expand", state(row));
    return `?${kept}`;
  };

  const edit = (row, act) => htmx.ajax("GET", `${row.dataset.folder}${act}/${query(row)}`, { target: row.closest("li"), swap: "outerHTML" });

  // What was opened in place is written into the address, so that the tree comes back as it was.
  const refresh = (focused) => {
    const open = [...document.querySelectorAll("[data-tree] .q-tree-x[aria-expanded=true]")].map((each) => each.id.replace("tree-x-", ""));
    const kept = new URLSearchParams(location.search);
    kept.delete("shut");
    if (open.length) kept.set("open", open.join(","));
    return htmx.ajax("GET", `${location.pathname}?${kept}`, { target: "#panes", swap: "outerHTML" }).then(() => document.getElementById(focused)?.focus());
  };

  const words = async (response) => new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".q-field-error, .q-note")?.textContent.trim().replace(/\s+/g, " ");

  const move = async (url, parent) => {
    const response = await post(url, { parent });
    announced(response);
    if (response.status >= 500) refused(response.headers.get("X-Correlation-ID"));
    return response;
  };

  // -- the dialog that chooses a place
  const openMove = async (row) => {
    const dialog = document.getElementById("folder-move-dialog");
    const body = dialog?.querySelector("[data-folder-move-body]");
    if (!body) return;
    dialog.dataset.focused = row.querySelector(".q-tree-name").id;
    await htmx.ajax("GET", `${row.dataset.folder}move/`, { target: body, swap: "innerHTML" });
    dialog.showModal();
    body.querySelector("select")?.focus();
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("dialog [data-folder-move]");
    if (!form) return;
    event.preventDefault();
    const dialog = form.closest("dialog");
    const response = await move(form.action, new FormData(form).get("parent"));
    if (response.ok) {
      dialog.close();
      refresh(dialog.dataset.focused);
    } else if (response.status < 500) {
      toast({ text: await words(response), kind: "failed" });
    }
  });

  // -- the keyboard
  const walk = (from, step) => {
    const all = lines();
    all[Math.min(all.length - 1, Math.max(0, all.indexOf(from) + step))]?.focus();
  };
  const toggle = (row, wanted) => {
    const link = row.querySelector(".q-tree-x[aria-expanded]");
    if (!link || link.getAttribute("aria-expanded") === wanted) return false;
    waiting = row.querySelector(".q-tree-name").id;
    link.click();
    return true;
  };
  const keys = {
    ArrowDown: (row, name) => walk(name, 1),
    ArrowUp: (row, name) => walk(name, -1),
    ArrowRight: (row, name) => toggle(row, "true") || walk(name, 1),
    ArrowLeft: (row) => toggle(row, "false") || row.closest("li").parentElement.closest("li")?.querySelector(".q-tree-name").focus(),
    F2: (row) => edit(row, "rename"),
    Insert: (row) => edit(row, "add"),
    m: (row) => openMove(row),
  };
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("[data-tree-form]");
    if (form && event.key === "Enter") waiting = form.dataset.treeForm;
    if (form && event.key === "Escape") {
      event.preventDefault();
      event.stopImmediatePropagation();
      refresh(form.dataset.treeForm);
    }
    const row = rowOf(event.target);
    if (!row || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const act = keys[event.key];
    if (!act || (!event.key.startsWith("Arrow") && !row.dataset.folder)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act(row, row.querySelector(".q-tree-name"));
  }, true);
  document.addEventListener("htmx:after:swap", () => {
    const field = document.querySelector("[data-tree-form] input");
    if (field) {
      waiting = "";
      field.focus();
      field.select();
    } else if (waiting) {
      document.getElementById(waiting)?.focus();
      waiting = "";
    }
  });

  // -- dragging
  let dragged = null;
  const makeDraggable = () => document.querySelectorAll("[data-tree] [data-folder]:not([draggable])").forEach((row) => row.setAttribute("draggable", "true"));
  document.addEventListener("htmx:after:swap", makeDraggable);
  makeDraggable();
  const placeOf = (event) => {
    if (!dragged) return null;
    const row = event.target.closest?.("[data-tree] [data-folder], [data-tree] [data-folder-root]");
    return row && !dragged.closest("li").contains(row) ? row : null;
  };
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-tree] [data-folder]") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.querySelector(".q-tree-name").textContent.trim());
  });
  document.addEventListener("dragover", (event) => {
    if (!dragged) return;
    const place = placeOf(event);
    document.querySelectorAll(".q-tree-row.is-drop").forEach((each) => each !== place && each.classList.remove("is-drop"));
    if (!place) return;
    event.preventDefault();
    place.classList.add("is-drop");
  });
  document.addEventListener("dragend", () => {
    dragged = null;
    document.querySelectorAll(".q-tree-row.is-drop").forEach((each) => each.classList.remove("is-drop"));
  });
  document.addEventListener("drop", async (event) => {
    const place = placeOf(event);
    if (!place) return;
    event.preventDefault();
    const moved = dragged;
    place.classList.remove("is-drop");
    const parent = place.dataset.folder?.match(/(\d+)\/$/)[1] ?? "";
    const response = await move(`${moved.dataset.folder}move/`, parent);
    if (response.ok) refresh(moved.querySelector(".q-tree-name").id);
    else if (response.status < 500) toast({ text: await words(response), kind: "failed" });
  });
})();

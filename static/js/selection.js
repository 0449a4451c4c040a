// Picking rows and moving them: the bulk bar, and dragging onto a folder.
(() => {
  "use strict";
  const boxes = (list) => [...list.querySelectorAll("tbody input[type=checkbox]")];

  const show = (list) => {
    const bar = document.getElementById(list.dataset.bulk);
    const all = boxes(list);
    const picked = all.filter((box) => box.checked);
    all.forEach((box) => box.closest("tr")?.classList.toggle("is-picked", box.checked));
    const head = list.querySelector("thead input[type=checkbox]");
    if (head) {
      head.checked = picked.length > 0 && picked.length === all.length;
      head.indeterminate = picked.length > 0 && picked.length < all.length;
    }
    if (!bar) return;
    bar.hidden = picked.length === 0;
    const count = bar.querySelector("[data-picked]");
    if (count) count.textContent = String(picked.length);
    const everything = bar.querySelector("[data-bulk-everything]");
    if (!everything) return;
    everything.hidden = picked.length !== all.length;
    if (everything.hidden) everything.querySelector("input").checked = false;
  };

  let last = null; // for picking a range with Shift
  document.addEventListener("click", (event) => {
    const clear = event.target.closest("[data-bulk-clear]");
    if (clear) {
      const bar = clear.closest(".q-bulk");
      document.querySelectorAll(`[data-bulk="${CSS.escape(bar.id)}"]`).forEach((list) => {
        boxes(list).forEach((box) => { box.checked = false; });
        show(list);
        list.querySelector("[data-row] a")?.focus();
      });
    }
    const box = event.target.closest("[data-bulk] tbody input[type=checkbox]");
    if (!box) return;
    const list = box.closest("[data-bulk]");
    const all = boxes(list);
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((each) => { each.checked = box.checked; });
    }
    last = box;
    show(list);
  });
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-bulk]");
    if (!list || !event.target.matches("input[type=checkbox]")) return;
    if (event.target.closest("thead")) boxes(list).forEach((box) => { box.checked = event.target.checked; });
    show(list);
  });
  const showAll = () => document.querySelectorAll("[data-bulk]").forEach(show);
  document.addEventListener("htmx:after:swap", showAll);
  showAll();

  // -- the dialog that changes many: opened while its content is asked for; what is edited is ticked
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog && !dialog.open) dialog.showModal();
  });
  document.addEventListener("htmx:after:swap", () => {
    const dialog = document.querySelector("dialog[open]");
    if (!dialog || dialog.contains(document.activeElement) && document.activeElement !== dialog && !document.activeElement.matches("[data-dialog-close]")) return;
    dialog.querySelector("[autofocus], form input:not([type=hidden]), form select, form textarea, form button")?.focus();
  });
  document.addEventListener("input", (event) => {
    const box = event.target.closest(".q-set-row")?.querySelector("[data-sets]");
    if (box && box !== event.target) box.checked = true;
  });

  // -- dragging
  const idsOf = (row) => {
    const list = row.closest("[data-bulk]");
    const picked = list ? boxes(list).filter((box) => box.checked).map((box) => box.closest("[data-drag-id]")).filter(Boolean) : [];
    return (picked.includes(row) ? picked : [row]).map((each) => each.dataset.dragId);
  };
  let dragged = null;

  const makeDraggable = () => document.querySelectorAll("[data-drag-id]:not([draggable])").forEach((row) => row.setAttribute("draggable", "true"));
  document.addEventListener("htmx:after:swap", makeDraggable);
  makeDraggable();

  document.addEventListener("dragstart", (event) => {
    const row = event.target.closest?.("[data-drag-id]");
    if (!row) return;
    dragged = idsOf(row);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.join(","));
    const ghost = document.createElement("div");
    ghost.className = "q-drag-ghost";
    ghost.textContent = dragged.length > 1 ? window.portal.say("dragged", dragged.length) : (row.querySelector(".q-name")?.textContent ?? "").trim();
    document.body.append(ghost);
    event.dataTransfer.setDragImage(ghost, -8, -8);
    setTimeout(() => ghost.remove());
  });

  const overTarget = (event) => (dragged ? event.target.closest?.("[data-drop-url]") : null);
  document.addEventListener("dragover", (event) => {
    const target = overTarget(event);
    document.querySelectorAll(".is-drop").forEach((each) => each !== target && each.classList.remove("is-drop"));
    if (!target) return;
    event.preventDefault();
    target.classList.add("is-drop");
  });
  document.addEventListener("dragend", () => {
    dragged = null;
    document.querySelectorAll(".is-drop").forEach((each) => each.classList.remove("is-drop"));
  });
  document.addEventListener("drop", async (event) => {
    const target = overTarget(event);
    if (!target) return;
    event.preventDefault();
    const ids = dragged;
    target.classList.remove("is-drop");
    const response = await fetch(target.dataset.dropUrl, {
      method: "POST",
      body: new URLSearchParams(ids.map((id) => ["ids", id])),
      headers: { "X-CSRFToken": window.portal.token(), "HX-Request": "true", "HX-Request-Type": "partial" },
    });
    window.portal.announced(response);
    if (response.ok) {
      const refresh = target.closest("[data-drop-refresh]")?.dataset.dropRefresh;
      if (response.headers.get("HX-Redirect")) location.href = response.headers.get("HX-Redirect");
      else if (refresh) htmx.ajax("GET", location.pathname + location.search, { target: refresh, swap: "outerHTML" });
      else location.reload();
    } else if (response.status < 500) {
      const words = new DOMParser().parseFromString(await response.text(), "text/html").body.textContent.trim().replace(/\s+/g, " ");
      window.portal.toast({ text: words.slice(0, 300), kind: "failed" });
    } else {
      window.portal.refused(response.headers.get("X-Correlation-ID"));
    }
  });
})();

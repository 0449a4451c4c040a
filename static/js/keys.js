// The keyboard: moving along rows, keys of buttons, closing the drawer, the list of keys.
(() => {
  "use strict";
  const { isTyping } = window.portal;
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
  const current = () => document.querySelector("[data-row].is-current") ?? document.querySelector("[data-row].is-open");
  const opener = (row) => row.querySelector("[data-open], a.q-name, a[href]");
  let place = 0;

  const goTo = (row) => {
    document.querySelectorAll("[data-row].is-current").forEach((each) => each.classList.remove("is-current"));
    if (!row) return;
    row.classList.add("is-current");
    place = rows().indexOf(row);
    row.scrollIntoView({ block: "nearest" });
    opener(row)?.focus({ preventScroll: true });
  };

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const here = all.indexOf(current());
    goTo(all[Math.min(all.length - 1, Math.max(0, here === -1 ? 0 : here + step))]);
  };

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (row && !row.classList.contains("is-current")) {
      document.querySelectorAll("[data-row].is-current").forEach((each) => each.classList.remove("is-current"));
      row.classList.add("is-current");
      place = rows().indexOf(row);
    }
  });

  // A row that came back from the server stays the current one; a row that the swap opened becomes it.
  let wanted = null;
  let opened = "";
  document.addEventListener("htmx:before:swap", () => {
    const row = current();
    opened = document.querySelector("[data-row].is-open")?.id ?? "";
    wanted = row?.classList.contains("is-current") ? { id: row.id, place: rows().indexOf(row) } : null;
  });
  document.addEventListener("htmx:after:swap", () => {
    const open = document.querySelector("[data-row].is-open[id]");
    if (open && open.id !== opened) {
      document.querySelectorAll("[data-row].is-current").forEach((each) => each.classList.remove("is-current"));
      open.classList.add("is-current");
      open.scrollIntoView({ block: "nearest" });
      wanted = null;
      return;
    }
    if (!wanted || document.querySelector("[data-row].is-current")) return;
    const row = (wanted.id && document.getElementById(wanted.id)) || rows()[wanted.place];
    if (row && (document.activeElement === document.body || !document.activeElement)) goTo(row);
    else row?.classList.add("is-current");
    wanted = null;
  });

  const keyOf = (event) => (event.shiftKey && event.key.length === 1 && event.key.toLowerCase() !== event.key.toUpperCase()
    ? `shift+${event.key.toLowerCase()}` : event.key.toLowerCase());

  /** The control that answers to the key: inside the current row, else one that belongs to no row. */
  const controlFor = (name) => {
    const all = [...document.querySelectorAll(`[data-key="${CSS.escape(name)}"]`)].filter((each) => each.offsetParent !== null);
    const row = current();
    const inDrawer = row?.matches(".is-open") && all.find((each) => each.closest("#drawer"));
    return inDrawer || (all.find((each) => row?.contains(each)) ?? all.find((each) => !each.closest("[data-row]")));
  };

  const press = (event, control) => {
    event.preventDefault();
    if (control.matches("input:not([type=checkbox], [type=radio], [type=submit]), textarea, select")) control.focus();
    else control.click();
  };

  const rowKeys = {
    j: () => move(1),
    k: () => move(-1),
    enter: (event) => {
      const row = current();
      if (event.target.closest("a, button, summary, input") || !row) return false;
      opener(row)?.click();
      return true;
    },
    x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      if (isTyping(event.target)) event.target.blur();
      else document.querySelector("[data-drawer-close]")?.click();
      return;
    }
    if (isTyping(event.target)) return;
    if (event.key === "?") {
      showKeys();
      event.preventDefault();
      return;
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.closest("[data-row]")) {
      move(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
      return;
    }
    const name = keyOf(event);
    if (name.startsWith("arrow") && event.target.closest("video, audio, pre")) return; // these have arrows of their own
    const control = controlFor(name);
    if (control) press(event, control);
    else if (rowKeys[name] && rows().length && rowKeys[name](event) !== false) event.preventDefault();
  });

  const nameOf = (control) => control.title || control.getAttribute("aria-label")
    || [...control.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent.trim()).join(" ").trim();

  const showKeys = () => {
    const dialog = document.getElementById("keys-help");
    const list = dialog?.querySelector("[data-keys-list]");
    if (!list) return;
    const named = new Map([...document.querySelectorAll("[data-key]")].map((each) => [each.dataset.key, nameOf(each)]));
    list.replaceChildren(...[...named].flatMap(([name, told]) => {
      const term = document.createElement("dt");
      term.textContent = told;
      const value = document.createElement("dd");
      const key = document.createElement("kbd");
      key.className = "q-kbd";
      key.textContent = name.replace("shift+", "⇧").replace("arrowleft", "←").replace("arrowright", "→").toUpperCase();
      value.append(key);
      return [term, value];
    }));
    dialog.showModal();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-help]")) showKeys();
  });
})();

// The palette: a combobox over everything that can be found or done. Without script its link is a search page.
(() => {
  "use strict";
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("#palette-input");
  const results = dialog.querySelector("#palette-results");
  const told = dialog.querySelector("[data-palette-told]");
  let options = [];
  let chosen = -1;
  let asked = null;
  let waiting = 0;
  let answered = null; // what the options on show are the answer to

  const choose = (place) => {
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = options.length ? (place + options.length) % options.length : -1;
    const option = options[chosen];
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };

  /** The server sends headed lists of links; here they become the listbox of the combobox. */
  const dress = () => {
    options = [...results.querySelectorAll("a")];
    options.forEach((option, place) => {
      option.id = `palette-option-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.tabIndex = -1;
      option.closest("li").setAttribute("role", "presentation");
    });
    results.querySelectorAll("section").forEach((section, place) => {
      const head = section.querySelector("h2");
      head.id = `palette-group-${place}`;
      head.setAttribute("role", "presentation");
      section.setAttribute("role", "presentation");
      const list = section.querySelector("ul");
      list.setAttribute("role", "group");
      list.setAttribute("aria-labelledby", head.id);
    });
    const found = results.firstElementChild;
    if (options.length) {
      found?.setAttribute("role", "presentation");
      results.setAttribute("role", "listbox");
      results.setAttribute("aria-label", input.getAttribute("aria-label"));
    } else {
      results.removeAttribute("role");
      results.removeAttribute("aria-label");
    }
    input.setAttribute("aria-expanded", String(options.length > 0));
    told.textContent = options.length ? window.portal.say("found", options.length) : window.portal.say("foundNothing");
    choose(0);
  };

  const search = async () => {
    asked?.abort();
    asked = new AbortController();
    const words = input.value.trim();
    const query = new URLSearchParams({ q: words });
    if (dialog.dataset.paletteProject) query.set("project", dialog.dataset.paletteProject);
    try {
      const response = await fetch(`${dialog.dataset.paletteUrl}?${query}`, {
        headers: { "HX-Request": "true", "HX-Request-Type": "partial", Accept: "text/html" },
        signal: asked.signal,
      });
      if (!response.ok) throw new Error(String(response.status));
      const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
      results.replaceChildren(...parsed.body.childNodes);
      answered = words;
      dress();
    } catch (error) {
      if (error.name !== "AbortError") window.portal.toast({ text: window.portal.say("networkError"), kind: "failed" });
    }
  };

  /** Follow the chosen option, but never one that answers other words than those typed by now. */
  const take = async () => {
    clearTimeout(waiting);
    if (answered !== input.value.trim()) await search();
    options[chosen]?.click();
  };

  const open = () => {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => { menu.open = false; });
    if (!dialog.open) dialog.showModal();
    input.value = "";
    input.focus();
    answered = null;
    search();
  };

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      choose(chosen + step);
    } else if (event.key === "Home" && event.ctrlKey) choose(0);
    else if (event.key === "End" && event.ctrlKey) choose(options.length - 1);
    else if (event.key === "Enter") {
      event.preventDefault();
      take();
    }
  });
  results.addEventListener("pointermove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && options.indexOf(option) !== chosen) choose(options.indexOf(option));
  });
  results.addEventListener("click", (event) => {
    if (event.target.closest("a") && !event.ctrlKey && !event.metaKey) dialog.close();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-palette-open]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !window.portal.isTyping(event.target);
    const isCommand = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    if (!(isSlash || isCommand) || document.querySelector("dialog[open]:not(#palette)")) return;
    event.preventDefault();
    open();
  });
})();

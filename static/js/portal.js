// The core every page has: theme, menus, dialogs, toasts, copying, and what is told when the server does not answer.
// Comfort only: every page reads and works without it. Everything is delegated from the document, so it holds
// for parts that htmx swaps in.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("has-script");

  const words = () => document.getElementById("portal-words")?.dataset ?? {};
  const say = (name, value) => (words()[name] ?? "").replace("%s", value ?? "");
  const token = () => {
    const headers = document.body.getAttribute("hx-headers:inherited");
    return headers ? JSON.parse(headers)["X-CSRFToken"] : "";
  };
  const isTyping = (target) => Boolean(target.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable], [role=textbox]"));

  /** Send a POST with the CSRF header; values are form fields, an array is a field given several times. */
  const post = (url, values = {}) => {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(values)) [value].flat().forEach((each) => body.append(name, each));
    return fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token(), "HX-Request": "true", "HX-Request-Type": "partial" }, credentials: "same-origin" });
  };

  // -- toasts
  const lifetime = 8000;
  const fade = (toast) => setTimeout(() => toast.matches(":hover, :focus-within") ? fade(toast) : toast.remove(), lifetime);

  const toast = ({ text, kind = "passed", undo = null }) => {
    const template = document.getElementById("toast-template");
    if (!template || !text) return;
    const shown = template.content.firstElementChild.cloneNode(true);
    shown.classList.add(`is-${kind}`);
    shown.querySelector("[data-toast-text]").textContent = text;
    const icon = document.getElementById("toast-icons").content.querySelector(`[data-kind="${CSS.escape(kind)}"]`);
    if (icon) shown.querySelector("[data-toast-icon]").replaceWith(icon.firstElementChild.cloneNode(true));
    if (undo) {
      const button = shown.querySelector("[data-toast-undo]");
      button.hidden = false;
      button.undo = undo;
    }
    const region = document.getElementById("toasts");
    while (region.children.length > 2) region.firstElementChild.remove();
    region.append(shown);
    if (kind === "passed") fade(shown);
  };

  /** Tell that the server could not do it, with the number under which its log knows the rest. */
  const refused = (number) => toast({ text: number ? say("serverError", number) : say("serverErrorPlain"), kind: "failed" });

  const takeBack = async (button) => {
    const { url, values } = button.undo;
    button.closest("[data-toast]").remove();
    const response = await post(url, values);
    if (response.ok) location.reload();
    else refused(response.headers.get("X-Correlation-ID"));
  };

  window.portal = { say, token, post, toast, refused, isTyping };
  document.querySelectorAll("[data-toast].is-passed").forEach(fade);

  // -- theme
  const isDark = () => (root.dataset.bsTheme ? root.dataset.bsTheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);

  const showTheme = (theme) => {
    if (theme === "system") delete root.dataset.bsTheme;
    else root.dataset.bsTheme = theme;
    document.querySelectorAll("[data-theme-choice]").forEach((each) => each.setAttribute("aria-pressed", String(each.value === theme)));
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-form]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    const theme = event.submitter.matches("[data-theme-toggle]") ? (isDark() ? "light" : "dark") : event.submitter.value;
    showTheme(theme);
    post(form.action, { theme, next: location.pathname });
  });

  // -- menus, dialogs, copying, toast buttons
  const closeMenus = (except) => {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(except)) menu.open = false;
    });
  };

  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast({ text: say("copied", button.dataset.copy) });
    } catch {
      toast({ text: say("notCopied"), kind: "failed" });
    }
  };

  document.addEventListener("click", (event) => {
    const target = event.target;
    closeMenus(target);
    const opener = target.closest("[data-dialog]");
    if (opener && !event.ctrlKey && !event.metaKey) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    if (target.closest("[data-dialog-close]")) target.closest("dialog")?.close();
    if (target.matches("dialog.q-dialog, dialog.q-palette-dialog")) target.close();
    const button = target.closest("button, a");
    if (button?.matches("[data-copy]")) copy(button);
    if (button?.matches("[data-toast-close]")) button.closest("[data-toast]").remove();
    if (button?.matches("[data-toast-undo]")) takeBack(button);
    if (button && button.closest("details[data-menu] .q-menu-list")) button.closest("details").open = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "z" && !isTyping(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      document.querySelector("#toasts [data-toast]:last-child [data-toast-undo]:not([hidden])")?.click();
    }
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const menu = document.querySelector("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.preventDefault();
    }
  });

  document.addEventListener("focusout", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });

  // -- htmx: toasts sent along with a fragment, and answers that are not swapped
  const announced = (response) => {
    const header = response?.headers?.get("HX-Trigger");
    if (!header?.startsWith("{")) return;
    const told = JSON.parse(header)["portal:toast"];
    if (told) toast(told);
  };
  // Read before the swap: the element that asked is often gone after it, and its events with it.
  document.addEventListener("htmx:after:request", (event) => announced(event.detail.ctx.response?.raw));
  document.addEventListener("htmx:response:error", (event) => {
    const { response } = event.detail.ctx;
    if (response.status >= 500) refused(response.headers.get("X-Correlation-ID"));
  });
  document.addEventListener("htmx:error", (event) => {
    if (!event.detail.ctx?.response) toast({ text: say("networkError"), kind: "failed" });
  });
  window.portal.announced = announced;

  // -- what a tester entered in the runner while the network was gone is sent from whatever page he opens next
  const sendKept = async (user) => {
    const store = window.runnerStore;
    const refusedTitles = new Set();
    let sent = 0;
    store.listen((what, detail) => {
      if (what === "stored") sent += 1;
      if (what === "refused") refusedTitles.add(detail.entry.title);
      if (what !== "kept" || detail) return;
      if (sent) toast({ text: say("keptSent", sent) });
      if (refusedTitles.size) toast({ text: say("keptRefused", [...refusedTitles].join(", ")), kind: "blocked" });
      sent = 0;
      refusedTitles.clear();
    });
    store.flush(user);
  };
  const lookForKept = () => {
    const { user, runnerStore } = words();
    let isKept = false;
    try {
      isKept = Boolean(user && localStorage.getItem(`portal-runner-${user}`));
    } catch { /* a browser that keeps nothing kept nothing of the runner */ }
    if (!isKept || document.getElementById("runner")) return;
    document.head.append(Object.assign(document.createElement("script"), { src: runnerStore, onload: () => sendKept(user) }));
  };
  lookForKept();
})();

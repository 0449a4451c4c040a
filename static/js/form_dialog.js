// A form of another page in a dialog, so that nobody leaves what he works at: `data-form-dialog` on its link. The link
// stays a link for those without a script. What was made is told by the event `portal:made`. A dialog that is closed
// with something typed in it is kept: the same link shows it again.
(() => {
  "use strict";
  const ASKS = { "HX-Request": "true", "HX-Request-Type": "partial" };
  const kept = new Map(); // by the address of their link
  const unsaved = new Set();
  let dialog = null;

  const show = (shown) => {
    dialog = shown;
    document.body.append(dialog);
    dialog.showModal();
  };
  const fresh = (link) => {
    const made = document.createElement("dialog");
    made.className = "q-dialog q-dialog-wide";
    made.addEventListener("input", () => unsaved.add(made));
    made.addEventListener("close", () => {
      made.remove();
      if (!unsaved.has(made)) return;
      kept.set(link.href, made);
      window.portal.toast({ text: link.dataset.formKept });
    });
    return made;
  };
  const fill = (text) => {
    const brought = new DOMParser().parseFromString(text, "text/html");
    dialog.replaceChildren(...[...brought.body.childNodes].map((each) => document.adoptNode(each)));
    const title = dialog.querySelector("h2");
    if (title) {
      title.id = "form-dialog-title";
      dialog.setAttribute("aria-labelledby", title.id);
    }
    dialog.querySelector("[aria-invalid=true], [autofocus]")?.focus();
  };
  const failed = (error) => window.portal.toast({ text: window.portal.say(error instanceof TypeError ? "networkError" : "serverErrorPlain"), kind: "failed" });

  /** Bring the form of the link; what is just being typed goes along under the name `note`. */
  const open = async (link) => {
    const before = kept.get(link.href);
    kept.delete(link.href);
    if (before) {
      show(before);
      before.querySelector("textarea, input:not([type=hidden])")?.focus();
      return;
    }
    const url = new URL(link.href);
    const note = document.getElementById(link.dataset.formNote ?? "")?.value.trim();
    if (note) url.searchParams.set("note", note.slice(0, 2000));
    try {
      const response = await fetch(url, { credentials: "same-origin", headers: ASKS });
      if (!response.ok || response.redirected) {
        location.assign(link.href);
        return;
      }
      const text = await response.text();
      show(fresh(link));
      fill(text);
    } catch {
      window.portal.toast({ text: link.dataset.formUnreachable || window.portal.say("networkError"), kind: "blocked" });
    }
  };

  const send = async (form) => {
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    try {
      const response = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { ...ASKS, "X-CSRFToken": window.portal.token() } });
      if (response.status === 201) {
        const made = await response.json();
        unsaved.delete(dialog);
        dialog.close();
        window.portal.toast({ text: made.told });
        document.dispatchEvent(new CustomEvent("portal:made", { detail: made }));
        return;
      }
      if (response.status !== 422) throw new Error();
      fill(await response.text());
    } catch (error) {
      failed(error);
    } finally {
      button.disabled = false;
    }
  };

  /** Close the dialog for good; what was typed goes only when he says so. */
  const discard = async ({ question, verb }) => {
    if (unsaved.has(dialog) && !(await window.portal.ask(question, verb))) return;
    unsaved.delete(dialog);
    dialog.close();
  };

  document.addEventListener("click", (event) => {
    const cancel = event.target.closest("[data-dialog-discard]");
    if (cancel && dialog?.contains(cancel)) discard(cancel.dataset);
    const link = event.target.closest("a[data-form-dialog]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("submit", (event) => {
    if (!dialog?.contains(event.target) || event.target.method === "dialog") return;
    event.preventDefault();
    send(event.target);
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved.size) event.preventDefault();
  });
  window.portal.openForm = open;
})();

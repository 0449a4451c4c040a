// A form of another page in a dialog, so that nobody leaves what he works at: `data-form-dialog` on its link. The link
// stays a link for those without a script. What was made is told by the event `portal:made`.
(() => {
  "use strict";
  const ASKS = { "HX-Request": "true", "HX-Request-Type": "partial" };
  let dialog = null;

  const fresh = () => {
    dialog?.remove();
    dialog = document.createElement("dialog");
    dialog.className = "q-dialog q-dialog-wide";
    document.body.append(dialog);
    return dialog;
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
      fresh().showModal();
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

  document.addEventListener("click", (event) => {
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
  window.portal.openForm = open;
})();

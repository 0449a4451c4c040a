// Forms: saving by key, asking before unsaved work is lost, asking before something that cannot be undone.
(() => {
  "use strict";
  const changed = new WeakSet();

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-guard]")) changed.add(form);
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) changed.delete(event.target);
  });
  const unsaved = () => [...document.querySelectorAll("form[data-guard]")].some((form) => changed.has(form));
  window.addEventListener("beforeunload", (event) => {
    if (unsaved()) event.preventDefault();
  });
  // A boosted link replaces the form without leaving the page, so the browser does not ask.
  document.addEventListener("htmx:before:request", (event) => {
    const target = event.detail.ctx.target;
    const lost = target instanceof Element && [...document.querySelectorAll("form[data-guard]")].some(
      (form) => changed.has(form) && target.contains(form) && !form.contains(event.target),
    );
    if (lost && !window.confirm(window.portal.say("unsaved"))) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.form ?? event.target.closest("form");
    if (form?.matches("[data-save]")) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form?.requestSubmit();
  });

  // A refused form is read again: whoever types goes on at the first wrong field, or hears why nothing was saved.
  const showWrong = (within) => {
    const field = within.querySelector(".q-field.is-wrong")?.querySelector("input:not([type=hidden]), select, textarea");
    const said = field ?? within.querySelector("form .q-note.is-failed");
    if (!said) return;
    if (said.closest("form[data-guard]")) changed.add(said.closest("form")); // what was sent is not saved
    if (!field) said.tabIndex = -1;
    said.focus();
  };
  document.addEventListener("DOMContentLoaded", () => showWrong(document));
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.target instanceof Element) showWrong(event.target);
  });

  // -- questions
  const ask = (question, verb) => new Promise((resolve) => {
    const dialog = document.getElementById("confirm-dialog");
    if (!dialog) {
      resolve(window.confirm(question));
      return;
    }
    dialog.querySelector("#confirm-question").textContent = question;
    dialog.querySelector("[data-confirm-yes]").textContent = verb || window.portal.say("confirm");
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });

  window.portal.ask = ask;

  const confirmed = new WeakSet();
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const asking = event.submitter?.closest("[data-confirm]") ?? form.closest("[data-confirm]");
    if (!asking || confirmed.has(form)) {
      confirmed.delete(form);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await ask(asking.dataset.confirm, asking.dataset.confirmVerb ?? event.submitter?.textContent.trim())) {
      confirmed.add(form);
      form.requestSubmit(event.submitter);
    }
  }, true);

  document.addEventListener("htmx:confirm", async (event) => {
    const { ctx, issueRequest, dropRequest } = event.detail;
    event.preventDefault();
    if (await ask(ctx.confirm)) issueRequest();
    else dropRequest();
  });
})();

// What is typed into a form with `data-draft` is kept in this browser until it is saved, and offered when the form is
// opened again after a crash. It is kept for one person, and goes when he signs out.
(() => {
  "use strict";
  const START = "portal-draft/";
  const SENT = "portal-draft-sent";
  const MOST_FORMS = 20;
  const MOST_OF_A_FORM = 3;
  const LARGEST = 1_000_000;
  const LIFETIME = 14 * 24 * 3600 * 1000;
  const NOT_KEPT = new Set(["csrfmiddlewaretoken", "etag", "restore"]);

  // -- the store: a list of drafts for each form, the newest last
  const guarded = (task, otherwise) => {
    try {
      return task();
    } catch {
      return otherwise; // a browser that keeps nothing, or something that nobody wrote
    }
  };
  const keys = () => guarded(() => Object.keys(localStorage).filter((key) => key.startsWith(START)), []);
  const read = (key) => guarded(() => JSON.parse(localStorage.getItem(key)).filter((each) => Array.isArray(each.entries)), []);
  const remove = (key) => guarded(() => localStorage.removeItem(key));
  const newest = (key) => Math.max(0, ...read(key).map((each) => each.at));
  const write = (key, drafts) => {
    if (!drafts.length) return remove(key);
    const text = JSON.stringify(drafts.slice(-MOST_OF_A_FORM));
    if (text.length > LARGEST) return;
    for (let tries = 0; tries < MOST_FORMS; tries += 1) {
      if (guarded(() => localStorage.setItem(key, text) ?? true, false)) return;
      const others = keys().filter((each) => each !== key).sort((a, b) => newest(a) - newest(b));
      if (!others.length) return;
      remove(others[0]);
    }
  };
  const drop = (key, id) => write(key, read(key).filter((each) => each.id !== id));
  const clean = () => keys().sort((a, b) => newest(b) - newest(a)).forEach((key, place) => {
    if (place >= MOST_FORMS) remove(key);
    else write(key, read(key).filter((each) => Date.now() - each.at < LIFETIME));
  });
  const takeSent = () => guarded(() => {
    const id = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    return id;
  }, null);
  const noteSent = (id) => guarded(() => sessionStorage.setItem(SENT, id));

  // -- one form
  /** Names and values of the form as they are now; line ends as a browser shows them. */
  const entriesOf = (form) => [...new FormData(form)]
    .filter(([name, value]) => typeof value === "string" && !NOT_KEPT.has(name))
    .map(([name, value]) => [name, value.replace(/\r\n?/g, "\n")]);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const etagOf = (form) => form.elements.namedItem("etag")?.value ?? "";

  /** Let the server show the form with the draft in it: beside what somebody else saved since, when somebody did. */
  const restore = (form, draft) => {
    noteSent(draft.id);
    const sent = document.createElement("form");
    sent.method = "post";
    sent.action = form.action;
    const token = form.elements.namedItem("csrfmiddlewaretoken")?.value ?? "";
    [["csrfmiddlewaretoken", token], ["restore", "1"], ["etag", draft.etag], ...draft.entries].forEach(([name, value]) => {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      sent.append(input);
    });
    document.body.append(sent);
    sent.submit();
  };

  const time = (at) => {
    const lang = document.documentElement.lang || undefined;
    const isToday = at.toDateString() === new Date().toDateString();
    return isToday
      ? at.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" })
      : at.toLocaleString(lang, { dateStyle: "medium", timeStyle: "short" });
  };

  const offer = (form, key, first, own) => {
    const shown = form.querySelector("[data-draft-offer]");
    const draft = read(key).filter((each) => each.id !== own && !same(each.entries, first)).pop();
    shown.hidden = !draft;
    if (!draft) return;
    const words = shown.querySelector("[data-draft-words]");
    words.textContent = words.dataset.draftWords.replace("%s", time(new Date(draft.at)));
    shown.querySelector("[data-draft-moved]").hidden = draft.etag === etagOf(form);
    shown.querySelector("[data-draft-restore]").onclick = () => restore(form, draft);
    shown.querySelector("[data-draft-discard]").onclick = () => {
      drop(key, draft.id);
      offer(form, key, first, own);
      if (shown.hidden) form.querySelector("input:not([type=hidden]), textarea")?.focus();
    };
  };

  const watch = (form, sent) => {
    const key = START + form.dataset.draft;
    const own = `${Date.now()}-${Math.random()}`;
    const first = entriesOf(form);
    const isTyped = "typed" in form.dataset;
    let waiting = 0;
    const keep = () => {
      clearTimeout(waiting);
      waiting = 0;
      const now = entriesOf(form);
      const others = read(key).filter((each) => each.id !== own);
      const isUnsaved = isTyped || !same(now, first);
      write(key, isUnsaved ? [...others, { id: own, at: Date.now(), etag: etagOf(form), entries: now }] : others);
    };
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(keep, 300);
    });
    // What is sent stays kept until the portal says that it is saved.
    form.addEventListener("submit", () => {
      keep();
      noteSent(own);
    });
    document.addEventListener("visibilitychange", () => document.hidden && waiting && keep());
    window.addEventListener("pagehide", () => waiting && keep());

    if (isTyped) {
      // The form as it was sent: it is as unsaved as before.
      if (sent) drop(key, sent);
      keep();
      form.querySelector("input[type=hidden]").dispatchEvent(new Event("input", { bubbles: true }));
    }
    offer(form, key, first, own);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const forms = document.querySelectorAll("form[data-draft]");
    const told = document.querySelectorAll("[data-toast][data-saved]");
    const sent = forms.length || told.length ? takeSent() : null;
    // A message of the portal says that what was typed is stored now.
    told.forEach((each) => (sent ? drop(START + each.dataset.saved, sent) : remove(START + each.dataset.saved)));
    clean();
    forms.forEach((form) => watch(form, sent));
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-sign-out]")) keys().forEach(remove);
  });
})();

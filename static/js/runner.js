// The runner: steps and verdicts by key, without waiting for the portal; pictures, the timer, and going on to the next
// test. Everything is a form that works without this file.
(() => {
  "use strict";
  const { toast, isTyping } = window.portal;
  const store = window.runnerStore;
  const page = () => document.getElementById("runner");
  const user = () => page().dataset.user;
  const words = (name, value) => (page().dataset[name] ?? "").replace("%s", value ?? "");
  const seenAt = new Map(); // the attempt that this window knows of a test, by its id
  const ahead = new Map(); // pages fetched before they are needed

  // -- what is entered
  const valuesOf = (form, submitter) => {
    const values = [...new FormData(form, submitter)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
    return values;
  };
  const seen = (values) => {
    const known = seenAt.get(page().dataset.runner);
    return known === undefined ? values : values.map(([name, value]) => [name, name === "seen" ? String(Math.max(known, Number(value))) : value]);
  };
  const enter = (form, submitter, more = {}) => {
    const key = store.key();
    const size = more.file ? [["size", String(more.file.size)]] : []; // tells a file that was cut off on its way
    const values = [...seen(valuesOf(form, submitter)), ["key", key], ...size];
    const title = document.querySelector("#runner h1").textContent;
    const sent = store.add({ user: user(), test: page().dataset.runner, title, url: form.action, values, key, at: Date.now(), ...more });
    return Object.assign(sent, { key });
  };

  // -- steps
  const steps = () => [...document.querySelectorAll(".q-run-steps > li")];
  const current = () => document.querySelector(".q-run-steps > li.is-current") ?? steps()[0];
  const goTo = (step) => {
    steps().forEach((each) => each.classList.toggle("is-current", each === step));
    if (!step) return;
    step.scrollIntoView({ block: "nearest" });
    step.querySelector("[data-open]")?.focus({ preventScroll: true });
  };
  const markStep = (step, status) => {
    step.querySelectorAll(".q-set [name=status]").forEach((each) => each.setAttribute("aria-pressed", String(each.value === status)));
    const button = step.querySelector(`.q-set [value="${CSS.escape(status)}"]`);
    const sign = step.querySelector(".q-run-n");
    if (!button) return;
    sign.className = `q-run-n ${button.className}`;
    const glyph = document.querySelector(`#runner-signs [data-sign="${CSS.escape(status)}"]`)?.content;
    if (glyph) sign.replaceChildren(glyph.cloneNode(true));
  };
  const setStep = (form, submitter) => {
    const step = form.closest("li");
    markStep(step, submitter.value);
    enter(form, submitter);
    const all = steps();
    const next = all[all.indexOf(step) + 1];
    if (submitter.value === "failed") goTo(step);
    else if (next) goTo(next);
    else document.querySelector("[data-pass]")?.focus();
  };

  // -- the case
  const markTest = (status) => {
    const sign = document.querySelector(`#runner-signs [data-sign="${CSS.escape(status)}"]`)?.content;
    const link = document.querySelector(`.q-queue [data-test="${CSS.escape(page().dataset.runner)}"]`);
    const before = link?.firstElementChild;
    if (sign && before) before.replaceWith(sign.cloneNode(true));
    return () => before && link.firstElementChild.replaceWith(before);
  };
  const setTest = async (form, submitter) => {
    const duration = form.querySelector("[data-duration]");
    duration.disabled = false;
    duration.value = String(timer.seconds());
    const example = form.elements.namedItem("iteration");
    const last = [...document.querySelectorAll("[data-example]")].filter((each) => Number(each.dataset.example) > Number(example?.value ?? 0))[0];
    const unmark = markTest(example && last ? "in_progress" : submitter.value);
    const sent = enter(form, submitter);
    await within(sent);
    if (kept.isRefused(sent.key)) {
      unmark();
      return;
    }
    timer.forget();
    open(example && last ? last.href : page().dataset.next || page().dataset.end);
  };
  // The next test shows what was said of this one, if the portal answers soon; nobody waits for a network that is gone.
  const within = (sent) => Promise.race([sent, new Promise((resolve) => setTimeout(resolve, kept.isCutOff() ? 0 : 1500))]);

  // -- opening a test without leaving the page
  const bring = async (url) => {
    const known = ahead.get(new URL(url, location.href).href);
    if (known && kept.isCutOff()) return known;
    try {
      const response = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout(known ? 4_000 : 15_000) });
      if (!response.ok) return null;
      return { url: response.url, text: await response.text() };
    } catch {
      return known;
    }
  };
  const show = (text) => {
    const brought = new DOMParser().parseFromString(text, "text/html");
    const fresh = brought.getElementById("runner");
    if (!fresh) return false;
    document.title = brought.title;
    page().replaceWith(document.adoptNode(fresh));
    return true;
  };
  const open = async (url, { isBack = false } = {}) => {
    leave();
    const found = await bring(url);
    if (found === undefined) {
      toast({ text: words("beyondWords"), kind: "blocked" });
      return;
    }
    if (!found || !show(found.text)) {
      location.assign(url);
      return;
    }
    if (!isBack) history.pushState({ isRunner: true }, "", found.url);
    opened = shown();
    begin();
    document.getElementById("main").scrollTop = 0;
    goTo(current());
  };
  const again = () => open(location.href, { isBack: true });
  // A link to a part of the page, such as the queue on a phone, is a step in the history too, and opens nothing anew.
  const shown = () => location.pathname + location.search;
  let opened = shown();
  window.addEventListener("popstate", () => shown() !== opened && again());
  const kept = window.runnerKept({ page, user, words, again, restore: (entry) => restore(entry) });

  // Pictures of the case come along, as nobody could ask for them later; one that is large is not worth it.
  const LARGEST = 2 * 1024 * 1024;
  const asText = (file) => new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => resolve(null);
    reader.readAsDataURL(file);
  });
  const bringPicture = async (image) => {
    try {
      const response = await fetch(image.getAttribute("src"), { credentials: "same-origin", signal: AbortSignal.timeout(4_000) });
      const file = response.ok ? await response.blob() : null;
      const told = file && file.size <= LARGEST ? await asText(file) : null;
      if (told) image.setAttribute("src", told);
    } catch { /* its words stand in its place */ }
  };
  const withPictures = async (found) => {
    const brought = new DOMParser().parseFromString(found.text, "text/html");
    const pictures = [...brought.querySelectorAll(".q-step-files img:not([src^='data:'])")].slice(0, 12);
    if (!pictures.length) return found;
    await Promise.all(pictures.map(bringPicture));
    return { ...found, text: brought.documentElement.outerHTML };
  };
  const fetchAhead = async () => {
    const wanted = (page().dataset.ahead ?? "").split(" ").filter(Boolean).map((each) => new URL(each, location.href).href);
    for (const key of [...ahead.keys()]) if (!wanted.includes(key) && ahead.size > 12) ahead.delete(key);
    for (const url of wanted) {
      const found = await bring(url);
      if (!found) return;
      ahead.set(url, found);
    }
    for (const url of wanted) {
      const whole = ahead.has(url) && await withPictures(ahead.get(url));
      if (whole && ahead.has(url)) ahead.set(url, whole);
    }
    page().dataset.fetched = "1";
  };

  // -- what is kept and not sent yet stands in the page too
  const showKept = async () => {
    for (const entry of await store.waiting(user())) {
      if (entry.test !== page().dataset.runner) {
        const values = new Map(entry.values);
        const link = document.querySelector(`.q-queue [data-test="${CSS.escape(entry.test)}"]`);
        const sign = document.querySelector(`#runner-signs [data-sign="${CSS.escape(values.get("step_number") ? "in_progress" : values.get("status") ?? "")}"]`)?.content;
        if (sign && link) link.firstElementChild.replaceWith(sign.cloneNode(true));
        continue;
      }
      const values = new Map(entry.values);
      const step = values.get("step_number") && document.getElementById(`step-${values.get("step_number")}`);
      if (!step || values.get("iteration") !== page().dataset.iteration) continue;
      if (values.get("status")) markStep(step, values.get("status"));
      if (values.has("notes")) step.querySelector("textarea").value = values.get("notes");
      if (entry.file) showShot(step, entry.file);
    }
  };

  // What was typed comes back into the form that was refused.
  const restore = (entry) => {
    const form = document.getElementById("verdict");
    const typed = entry.values.filter(([name]) => name === "notes" || name.startsWith("cf_"));
    for (const [name, value] of typed) {
      const control = entry.url === form.action ? form.elements.namedItem(name) : null;
      if (control?.type === "checkbox") control.checked = true;
      else if (control && "value" in control) control.value = value;
    }
  };
  // An answer that comes after the next test was opened changes how far the run is.
  let isBehind = false;
  const catchUp = async () => {
    isBehind = false;
    const found = await bring(location.href);
    const fresh = found && new DOMParser().parseFromString(found.text, "text/html").querySelector(".q-focus-progress");
    if (fresh) document.querySelector(".q-focus-progress").replaceWith(document.adoptNode(fresh));
  };
  store.listen((what, detail) => {
    if (what === "stored" && detail.answer.attempt) seenAt.set(detail.entry.test, detail.answer.attempt);
    if (what === "stored") isBehind ||= detail.entry.test !== page().dataset.runner;
    if (what === "kept" && !detail && isBehind) catchUp();
  });

  // -- pictures
  const showShot = (step, file) => {
    const line = document.createElement("li");
    if (file.type.startsWith("image/") && !file.type.includes("svg")) {
      asText(file).then((told) => {
        const image = document.createElement("img");
        image.src = told;
        image.alt = file.name;
        line.replaceChildren(image);
      });
    } else line.textContent = file.name;
    step.querySelector("[data-shots]").append(line);
    step.classList.add("has-more");
  };
  const addFiles = (step, files) => {
    const form = step?.querySelector("[data-shot]");
    if (!form) return;
    [...files].forEach((file, place) => {
      const name = file.name && file.name !== "image.png" ? file.name : `screenshot-${new Date().toISOString().replace(/[:.]/g, "-")}${place || ""}.png`;
      showShot(step, file);
      enter(form, null, { file, name });
    });
  };
  const isElsewhere = (event) => !page() || event.target.closest?.("dialog");
  document.addEventListener("paste", (event) => {
    const data = event.clipboardData;
    const files = [...(data?.files ?? [])];
    // Tables and documents come as text with a picture of it beside; where somebody types, the text is what was meant.
    if (!files.length || isElsewhere(event) || isTyping(event.target) && data.types.includes("text/plain")) return;
    event.preventDefault();
    addFiles(event.target.closest?.(".q-run-steps > li") ?? current(), files);
  });
  document.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types?.includes("Files") && !isElsewhere(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files?.length || isElsewhere(event)) return;
    event.preventDefault();
    addFiles(event.target.closest?.(".q-run-steps > li") ?? current(), event.dataTransfer.files);
  });
  document.addEventListener("change", (event) => {
    const target = event.target;
    if (target.matches("[data-shot] input[type=file]")) {
      addFiles(target.closest("li"), target.files);
      target.value = "";
    }
    if (target.matches("[data-note] textarea")) {
      target.closest("li").classList.toggle("has-more", Boolean(target.value));
      enter(target.form, null);
    }
  });

  // -- the timer of a test: it goes on after a reload, and stands still while it is paused
  const timer = (() => {
    let started = 0;
    let before = 0;
    let isPaused = false;
    const name = () => `portal-timer-${page().dataset.runner}`;
    const seconds = () => Math.min(7 * 24 * 3600, Math.round(before + (isPaused ? 0 : (Date.now() - started) / 1000)));
    const draw = () => {
      const shown = document.querySelector("[data-timer]");
      if (!shown) return;
      const now = seconds();
      const two = (value) => String(value).padStart(2, "0");
      shown.textContent = now >= 3600 ? `${Math.floor(now / 3600)}:${two(Math.floor(now / 60) % 60)}:${two(now % 60)}` : `${two(Math.floor(now / 60))}:${two(now % 60)}`;
    };
    const keep = () => {
      try {
        sessionStorage.setItem(name(), String(seconds()));
      } catch { /* a browser that keeps nothing counts from the start again */ }
    };
    const begin = () => {
      started = Date.now();
      isPaused = false;
      before = Number((() => {
        try {
          return sessionStorage.getItem(name());
        } catch {
          return 0;
        }
      })()) || 0;
      draw();
    };
    const pause = (button) => {
      if (isPaused) started = Date.now();
      else before = seconds();
      isPaused = !isPaused;
      button.setAttribute("aria-pressed", String(isPaused));
    };
    const forget = () => {
      before = 0;
      started = Date.now();
      keep();
    };
    setInterval(() => {
      draw();
      keep();
    }, 1000);
    return { begin, seconds, pause, forget, keep };
  })();

  // -- who else is here
  let tag = "";
  const look = async () => {
    if (document.hidden) return;
    try {
      const response = await fetch(page().dataset.here, { credentials: "same-origin", cache: "no-store", headers: { "If-None-Match": tag, "HX-Request": "true", "HX-Request-Type": "partial" } });
      if (response.status === 304 || !response.ok) return;
      const text = await response.text();
      tag = response.headers.get("ETag") ?? "";
      const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("here");
      if (fresh) document.getElementById("here").replaceWith(document.adoptNode(fresh));
    } catch { /* the next look may find the network again */ }
  };
  const present = (values = {}) => "may" in page().dataset && window.portal.post(page().dataset.present, values).catch(() => {});
  const leave = () => {
    timer.keep();
    present({ leaves: "1" });
  };
  setInterval(look, 10_000);
  setInterval(() => !document.hidden && present(), 20_000);
  window.addEventListener("pagehide", () => {
    const body = new URLSearchParams({ leaves: "1", csrfmiddlewaretoken: window.portal.token() });
    if ("may" in page().dataset) navigator.sendBeacon?.(page().dataset.present, body);
  });

  // -- forms, links and keys
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("#runner")) return;
    if (form.matches("[data-set]")) {
      event.preventDefault();
      setStep(form, event.submitter);
    } else if (form.matches("[data-verdict]")) {
      event.preventDefault();
      if (event.submitter) setTest(form, event.submitter);
    } else if (form.matches("[data-mine]")) {
      event.preventDefault();
      kept.sendAgain(form);
    } else if (form.matches("[data-note], [data-shot]")) event.preventDefault();
    else if (form.matches("[data-queue-filter]")) {
      event.preventDefault();
      open(`${form.action}?${new URLSearchParams([...new FormData(form)].filter(([, value]) => value))}`);
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#runner a[href]");
    if (event.target.closest("[data-timer-pause]")) timer.pause(event.target.closest("[data-timer-pause]"));
    if (link?.matches("[data-form-dialog]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      store.flush(user()).then(() => window.portal.openForm(link)); // the draft tells what was entered until now
      return;
    }
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
    if (!link.matches(".q-queue a, [data-next], [data-example], [data-theirs], [data-held-test]")) return;
    if (new URL(link.href).pathname === new URL(page().dataset.end, location.href).pathname) return;
    event.preventDefault();
    if (link.matches("[data-theirs]")) kept.drop().then(again);
    else open(link.href);
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && !isTyping(event.target) && !event.target.closest("a, button, summary, input, select")) {
      document.querySelector("[data-pass]")?.click();
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (event.key === "t" && !isTyping(event.target)) {
      current()?.querySelector("textarea")?.focus();
      event.preventDefault();
    }
  }, true);
  window.addEventListener("online", () => store.flush(user()));
  document.addEventListener("portal:made", async () => {
    const found = await bring(location.href);
    const beside = found && new DOMParser().parseFromString(found.text, "text/html").getElementById("beside");
    if (beside) document.getElementById("beside").replaceWith(document.adoptNode(beside));
  });

  const begin = () => {
    tag = "";
    timer.begin();
    present();
    showKept();
    kept.show();
    store.flush(user());
    setTimeout(fetchAhead, 400);
  };
  begin();
})();

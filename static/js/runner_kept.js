// What the portal does not have yet: how many entries wait for the network, and those that it did not take. They stay
// in this browser until their tester says whether they are sent again or thrown away.
(() => {
  "use strict";
  window.runnerKept = ({ page, user, words, again, restore }) => {
    const { toast } = window.portal;
    const store = window.runnerStore;
    const refusedKeys = new Set();
    let trouble = ""; // why nothing can be sent
    let waited = 0; // the most that waited while nothing could be sent

    // -- what waits
    const banner = (name, count) => {
      const shown = document.getElementById("kept");
      shown.hidden = !name;
      if (name) shown.querySelector("[data-kept-words]").textContent = words(name, count);
    };
    const tellWaiting = (count) => {
      if (!count) trouble = "";
      if (trouble) banner(trouble === "signed-out" ? "signedOutWords" : "offlineWords", count);
      else banner(count > 1 ? "waitingWords" : "", count);
      if (waited) waited = Math.max(waited, count);
      if (count || !waited) return;
      const sent = waited - refusedMeanwhile;
      if (sent > 0) toast({ text: words("sentWords", sent) });
      waited = 0;
      refusedMeanwhile = 0;
    };

    // -- what was refused
    const line = (entry) => {
      const values = new Map(entry.values);
      const shown = document.createElement("li");
      const sign = document.querySelector(`#runner-signs [data-sign="${CSS.escape(values.get("status") ?? "")}"]`)?.content;
      const step = values.get("step_number");
      if (sign) shown.append(sign.cloneNode(true), " ");
      shown.append([step ? words("stepWords", step) : words("caseWords"), entry.file && entry.name, values.get("notes")].filter(Boolean).join(": "));
      return shown;
    };
    const panelOf = (entries) => {
      const last = entries.findLast((each) => each.refusal.html) ?? entries.at(-1);
      const holder = document.createElement("template");
      if (last.refusal.html) holder.innerHTML = last.refusal.html;
      else holder.content.append(document.getElementById("held-template").content.cloneNode(true));
      const why = holder.content.querySelector("[data-why]");
      if (why) why.textContent = last.refusal.detail ?? words(last.refusal.status === 404 ? "goneWords" : "refusedWords", last.refusal.status);
      if (why || entries.length > 1) {
        const lines = document.createElement("ul");
        lines.className = "q-list my-2";
        lines.append(...entries.map(line));
        holder.content.querySelector("[data-mine]").before(lines);
      }
      return holder.content;
    };
    const linkTo = (entry) => {
      const item = document.getElementById("held-line").content.firstElementChild.cloneNode(true);
      const link = item.querySelector("a");
      link.href = entry.url.replace(/[^/]+\/(\?.*)?$/, "");
      link.textContent = entry.title ?? link.href;
      link.dataset.heldTest = entry.test;
      item.querySelector("button").value = entry.test;
      return item;
    };
    const show = async () => {
      const all = await store.held(user());
      const isHere = (entry) => entry.test === page().dataset.runner;
      const here = all.filter(isHere);
      const place = document.getElementById("conflict");
      if (here.length) place.replaceChildren(panelOf(here));
      else if (place.querySelector("[data-mine]")) place.replaceChildren();
      const elsewhere = [...new Map(all.filter((entry) => !isHere(entry)).map((entry) => [entry.test, entry])).values()];
      const told = document.getElementById("held");
      told.hidden = !elsewhere.length;
      told.querySelector("[data-held-list]").replaceChildren(...elsewhere.map(linkTo));
      return here.length > 0;
    };
    let refusedMeanwhile = 0;
    const refused = async ({ entry, answer }) => {
      const isHere = entry.test === page().dataset.runner;
      refusedKeys.add(entry.key);
      if (waited) refusedMeanwhile += 1;
      if (isHere && answer.code === "invalid" && !entry.file && !trouble) {
        await store.forget(entry.id);
        toast({ text: answer.detail, kind: "failed" });
        await again();
        restore(entry);
      } else if (await show() && isHere) {
        const place = document.getElementById("conflict");
        place.scrollIntoView({ block: "nearest" });
        place.querySelector("button").focus();
      }
    };
    store.listen((what, detail) => {
      if (what === "offline" || what === "signed-out") {
        trouble = what;
        waited = Math.max(waited, 1);
      }
      if (what === "stored") trouble = "";
      if (what === "refused") refused(detail);
      if (what === "kept") {
        tellWaiting(detail);
        if (!detail) show(); // another window may have sent, or been refused
      }
    });

    const drop = () => store.discard(user(), page().dataset.runner);
    /** Send what was refused of this test once more: as the next attempt, where somebody else recorded one. */
    const sendAgain = async (form) => {
      const values = new FormData(form);
      const changes = Object.fromEntries(["seen", "seen_status"].filter((name) => values.has(name)).map((name) => [name, values.get(name)]));
      await store.release(user(), page().dataset.runner, changes);
      again();
    };
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-drop], [data-drop-test]");
      if (button?.matches("[data-drop]")) drop().then(again);
      else if (button) store.discard(user(), button.value).then(show);
    });

    return { show, drop, sendAgain, isRefused: (key) => refusedKeys.has(key), isCutOff: () => Boolean(trouble) };
  };
})();

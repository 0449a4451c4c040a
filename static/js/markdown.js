// Areas for texts in Markdown: how they will look, and pictures that are pasted or dropped into them.
// Their form says where both goes: data-preview-url, data-files-url.
(() => {
  "use strict";
  const PICTURES = /^image\/(?:png|jpeg|gif|webp)$/;
  const areaOf = (event) => event.target.closest?.("form[data-files-url] textarea[data-markdown]");
  const typed = (area) => area.dispatchEvent(new Event("input", { bubbles: true }));

  // -- pictures
  const replaced = (area, mark, text) => {
    const place = area.value.indexOf(mark);
    if (place < 0) return;
    const caret = area.selectionStart;
    area.setRangeText(text, place, place + mark.length, caret >= place && caret <= place + mark.length ? "end" : "preserve");
    typed(area);
  };

  const words = (name) => name.replace(/[\[\]\\`*_<>\r\n]/g, " ").trim() || "file";

  const send = async (area, file) => {
    const name = words(file.name || "picture.png");
    const mark = `[${window.portal.say("uploadingFile", name)}]()`;
    area.setRangeText(mark, area.selectionStart, area.selectionEnd, "end");
    typed(area);
    const body = new FormData();
    body.append("file", file, file.name || "picture.png");
    try {
      const response = await fetch(area.form.dataset.filesUrl, { method: "POST", body, headers: { "X-CSRFToken": window.portal.token() }, credentials: "same-origin" });
      const stored = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
      if (response.status === 201) {
        replaced(area, mark, `${PICTURES.test(stored.content_type) ? "!" : ""}[${words(stored.name)}](${stored.url})`);
        return;
      }
      replaced(area, mark, "");
      window.portal.toast({ text: stored.detail || window.portal.say("uploadFailed"), kind: "failed" });
    } catch {
      replaced(area, mark, "");
      window.portal.toast({ text: window.portal.say("uploadFailed"), kind: "failed" });
    }
  };

  const take = async (area, files) => {
    for (const file of files) await send(area, file);
  };

  document.addEventListener("paste", (event) => {
    const area = areaOf(event);
    const data = event.clipboardData;
    // Tables and documents come as text with a picture of it beside; the text is what was meant.
    if (!area || !data?.files.length || data.types.includes("text/plain")) return;
    event.preventDefault();
    take(area, [...data.files]);
  });
  document.addEventListener("dragover", (event) => {
    if (areaOf(event) && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const area = areaOf(event);
    if (!area || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    area.focus();
    take(area, [...event.dataTransfer.files]);
  });

  // -- looking at it: one field, or all areas of what `data-previewed` stands around
  const shut = (within) => {
    within.querySelectorAll("[data-text]").forEach((each) => each.remove());
    within.querySelectorAll("textarea[data-markdown]").forEach((area) => area.classList.remove("is-previewed"));
    within.classList.remove("is-previewing");
  };

  const show = async (within, url) => {
    const areas = [...within.querySelectorAll("textarea[data-markdown]")];
    const response = await window.portal.post(url, { text: areas.map((area) => area.value) });
    if (!response.ok) throw new Error(response.headers.get("X-Correlation-ID") ?? "");
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    const shown = [...parsed.querySelectorAll("[data-text]")];
    areas.forEach((area, place) => {
      if (!shown[place]) return;
      shown[place].setAttribute("role", "group");
      shown[place].setAttribute("aria-label", area.getAttribute("aria-label") ?? area.labels?.[0]?.innerText ?? "");
      area.after(document.adoptNode(shown[place]));
      area.classList.add("is-previewed");
    });
    within.classList.add("is-previewing");
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-preview]");
    if (!button) return;
    const within = button.closest("[data-previewed], .q-field");
    const isShown = button.getAttribute("aria-pressed") === "true";
    button.setAttribute("aria-pressed", String(!isShown));
    if (isShown) {
      shut(within);
      within.querySelector("textarea[data-markdown]")?.focus();
      return;
    }
    try {
      await show(within, button.closest("form").dataset.previewUrl);
    } catch (error) {
      button.setAttribute("aria-pressed", "false");
      window.portal.refused(error.message);
    }
  });
})();

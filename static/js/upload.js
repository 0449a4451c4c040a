// Choosing files: dropping them, their names and sizes, and how far an upload has come.
(() => {
  "use strict";
  const size = (bytes) => {
    const units = ["B", "kB", "MB", "GB"];
    const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
    return `${(bytes / 1000 ** power).toFixed(power && bytes / 1000 ** power < 10 ? 1 : 0)} ${units[power]}`;
  };

  const list = (input) => {
    const shown = input.closest("[data-dropzone]")?.querySelector("[data-dropzone-list]");
    if (!shown) return;
    shown.replaceChildren(...[...input.files].map((file) => {
      const line = document.createElement("li");
      const name = document.createElement("span");
      name.className = "q-clip";
      name.textContent = file.name;
      name.title = file.name;
      const bytes = document.createElement("span");
      bytes.className = "q-3 q-num q-nowrap";
      bytes.textContent = size(file.size);
      line.append(name, bytes);
      return line;
    }));
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-dropzone] input[type=file]")) list(event.target);
  });

  const zoneOf = (event) => (event.dataTransfer?.types?.includes("Files") ? event.target.closest?.("[data-dropzone]") : null);
  document.addEventListener("dragover", (event) => {
    const zone = zoneOf(event);
    if (!event.dataTransfer?.types?.includes("Files")) return;
    event.preventDefault(); // a file dropped beside the zone must not replace the page
    document.querySelectorAll("[data-dropzone].is-drop").forEach((each) => each !== zone && each.classList.remove("is-drop"));
    zone?.classList.add("is-drop");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.querySelectorAll("[data-dropzone].is-drop").forEach((each) => each.classList.remove("is-drop"));
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.types?.includes("Files")) return;
    event.preventDefault();
    const zone = zoneOf(event);
    zone?.classList.remove("is-drop");
    const input = zone?.querySelector("input[type=file]");
    if (!input || !event.dataTransfer.files.length) return;
    const files = new DataTransfer();
    [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1).forEach((file) => files.items.add(file));
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // -- sending with progress; the answer is followed like that of a plain form
  const progressOf = (form) => {
    const area = form.querySelector("[data-upload-progress]");
    if (!area) return () => {};
    area.hidden = false;
    const bar = area.querySelector("progress");
    const words = area.querySelector("[data-upload-words]");
    return (share, text) => {
      if (bar) bar.value = share * (bar.max || 1);
      if (words) words.textContent = text;
    };
  };

  const follow = (form, request) => {
    const address = request.getResponseHeader("HX-Redirect") || request.responseURL;
    if (request.status < 400 && address && new URL(address, location.href).href !== location.href) {
      location.assign(address);
      return;
    }
    const parsed = new DOMParser().parseFromString(request.responseText, "text/html");
    const fresh = form.id && parsed.getElementById(form.id);
    if (fresh) {
      const chosen = form.querySelector("input[type=file]")?.files;
      form.replaceWith(fresh);
      htmx.process(fresh);
      const input = fresh.querySelector("input[type=file]");
      if (input && chosen?.length) {
        input.files = chosen; // a file cannot be sent back by the server; nobody should have to choose it twice
        list(input);
      }
      const told = fresh.querySelector("[aria-invalid], [role=alert], [data-told]");
      told?.scrollIntoView({ block: "center" });
      told?.focus();
    } else if (request.status >= 500) {
      form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
      window.portal.refused(request.getResponseHeader("X-Correlation-ID"));
    } else {
      location.assign(address);
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-upload]") || event.defaultPrevented) return;
    event.preventDefault();
    const show = progressOf(form);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRFToken", window.portal.token());
    request.upload.addEventListener("progress", (sent) => {
      const share = sent.lengthComputable ? sent.loaded / sent.total : 0;
      show(share, share < 1 ? window.portal.say("uploading", `${Math.floor(share * 100)} %`) : window.portal.say("uploaded"));
    });
    const stop = () => {
      form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
      window.portal.toast({ text: window.portal.say("uploadFailed"), kind: "failed" });
    };
    request.addEventListener("load", () => follow(form, request));
    request.addEventListener("error", stop);
    request.addEventListener("timeout", stop);
    request.send(new FormData(form, event.submitter));
    form.querySelectorAll("button").forEach((button) => { button.disabled = true; });
  });
})();

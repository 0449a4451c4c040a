// Fields that look things up while somebody types are drawn by a library that gives them no name: they get their label's.
// The library draws them when jQuery says that the page is ready, so this waits for the same moment, behind it.
window.django?.jQuery?.(() => {
  for (const field of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${field.id}"]`);
    const drawn = field.parentElement.querySelector(".select2-selection");
    if (!label || !drawn) continue;
    const name = label.textContent.replace(/:\s*$/, "").trim();
    for (const part of [drawn, drawn.querySelector(".select2-selection__rendered")]) part.setAttribute("aria-label", name);
  }
});

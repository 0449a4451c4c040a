// The page of a result: two pictures laid over each other under a slider. Without this file they stand side by side.
(() => {
  "use strict";
  const whole = (compare) => compare.querySelectorAll("img[data-full]").forEach((picture) => {
    if (picture.getAttribute("src") !== picture.dataset.full) picture.src = picture.dataset.full;
  });
  const move = (compare, value) => compare.style.setProperty("--q-split", `${value}%`);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-compare-switch]");
    if (!button) return;
    const compare = button.closest("[data-compare]");
    const range = compare.querySelector("[data-compare-range]");
    const slides = compare.classList.toggle("is-sliding");
    button.setAttribute("aria-pressed", String(slides));
    range.hidden = !slides;
    if (!slides) return;
    whole(compare);
    move(compare, range.value);
    range.focus();
  });

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-compare-range]")) move(event.target.closest("[data-compare]"), event.target.value);
  });
})();

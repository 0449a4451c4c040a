// The page of a result: two pictures laid over each other under a slider; without this file they stand side by side.
// And a link to a step that leads there although the pictures above it come later than the page.
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

  const goToStep = () => {
    const step = location.hash.startsWith("#step-") && document.getElementById(location.hash.slice(1));
    if (!step) return;
    const until = new AbortController();
    const go = () => step.scrollIntoView();
    ["wheel", "touchmove", "keydown", "pointerdown"].forEach((each) => addEventListener(each, () => until.abort(), { signal: until.signal, passive: true }));
    document.querySelectorAll(".q-tl img").forEach((picture) => {
      if (!picture.complete) picture.addEventListener("load", go, { once: true, signal: until.signal });
    });
    go();
  };
  document.addEventListener("DOMContentLoaded", goToStep);

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-compare-range]")) move(event.target.closest("[data-compare]"), event.target.value);
  });
})();

// Timers that run: they count on from what the page says, and tell when the time box is used up.
(() => {
  "use strict";
  const clock = (seconds) => {
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const [hours, minutes, second] = parts.map((each) => String(each).padStart(2, "0"));
    return parts[0] ? `${parts[0]}:${minutes}:${second}` : `${Number(minutes)}:${second}`;
  };

  const tick = () => document.querySelectorAll("[data-timer][data-running]").forEach((timer) => {
    timer.startedAt ??= performance.now();
    const seconds = Number(timer.dataset.seconds) + Math.floor((performance.now() - timer.startedAt) / 1000);
    const text = clock(seconds);
    if (timer.textContent !== text) timer.textContent = text;
    const limit = Number(timer.dataset.limit);
    if (limit && seconds >= limit) timer.parentElement.querySelector("[data-timer-over]")?.removeAttribute("hidden");
  });

  setInterval(tick, 500);
  tick();
})();

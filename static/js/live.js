// A run that is being reported: asks how far it is while it goes on. The answer is 304 while nothing changed, and the
// part that comes when it has ended asks no more.
(() => {
  "use strict";
  const often = 3_000;
  const seldom = 15_000;
  let wait = often;

  const look = async () => {
    const part = document.querySelector("[data-live]");
    if (!part) return;
    if (!document.hidden) {
      try {
        const response = await fetch(part.dataset.live, { credentials: "same-origin", cache: "no-store", headers: { "If-None-Match": part.dataset.tag, "HX-Request": "true", "HX-Request-Type": "partial" } });
        wait = often;
        if (response.status === 403 || response.status === 404 || response.redirected) return;
        if (response.ok) {
          const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById(part.id);
          if (fresh) part.replaceWith(document.adoptNode(fresh));
          // The list and the counts of the tabs are as old as the page; nothing moves under the reader's hand unasked.
          const list = fresh?.querySelector("[data-live-list]");
          if (list) Object.assign(list, { href: location.href, hidden: false });
        }
      } catch {
        wait = seldom; // the network may come back
      }
    }
    setTimeout(look, wait);
  };
  setTimeout(look, often);
})();

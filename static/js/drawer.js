// A drawer that was swapped in beside a list: its row is marked, and closing it gives the focus back to the row.
(() => {
  "use strict";
  let opened = document.getElementById("drawer")?.dataset.drawerFor ?? "";

  const mark = () => {
    const drawer = document.getElementById("drawer");
    if (!drawer) return;
    const now = drawer.dataset.drawerFor ?? "";
    document.querySelectorAll("[data-row].is-open").forEach((row) => row.id !== now && row.classList.remove("is-open"));
    document.querySelectorAll("[data-row] [aria-current]").forEach((link) => link.removeAttribute("aria-current"));
    const row = now && document.getElementById(now);
    if (row) {
      row.classList.add("is-open");
      row.querySelector(".q-name")?.setAttribute("aria-current", "true");
      row.scrollIntoView({ block: "nearest" });
    }
    if (!now && opened) document.getElementById(opened)?.querySelector(".q-name")?.focus();
    opened = now;
  };

  // The list alone has the address of the list: a drawer whose case is not in the address any more is closed.
  const leave = () => {
    const drawer = document.getElementById("drawer");
    const link = drawer?.querySelector(".q-drawer-head .q-id");
    if (!link || new URL(link.href).pathname === location.pathname) return;
    drawer.classList.remove("is-shown");
    drawer.hidden = true;
    delete drawer.dataset.drawerFor;
  };

  document.addEventListener("htmx:after:swap", (event) => {
    mark();
    if (event.target?.id !== "drawer") setTimeout(leave);
  });
})();

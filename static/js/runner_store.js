// What a tester enters in the runner is kept in this browser until the portal has it: the network may be gone for a
// while. Entries are sent in their order, each with a key of its own, so that one whose answer got lost counts once.
(() => {
  "use strict";
  const NAME = "portal-runner";
  const AGAIN = 5000;
  const listeners = new Set();
  let opened = null;
  let sending = null;
  let memory = []; // for a browser that keeps nothing

  const wish = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const open = () => {
    opened ??= new Promise((resolve) => {
      try {
        const request = indexedDB.open(NAME, 1);
        request.onupgradeneeded = () => request.result.createObjectStore("entries", { keyPath: "id", autoIncrement: true });
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
    return opened;
  };
  const store = async (mode) => (await open())?.transaction("entries", mode).objectStore("entries") ?? null;
  const tell = (what, detail) => listeners.forEach((listen) => listen(what, detail));

  const all = async () => {
    const kept = await store("readonly");
    return kept ? wish(kept.getAll()) : [...memory];
  };
  /** The entries of one person that are not sent yet, the oldest first. */
  const waiting = async (user) => (await all()).filter((each) => each.user === user);

  const put = async (entry) => {
    const kept = await store("readwrite");
    if (kept) return wish(kept.add(entry));
    entry.id = Date.now() + Math.random();
    memory.push(entry);
    return entry.id;
  };
  const remove = async (id) => {
    const kept = await store("readwrite");
    if (kept) await wish(kept.delete(id));
    memory = memory.filter((each) => each.id !== id);
  };

  const bodyOf = (entry) => {
    const body = new FormData();
    for (const [name, value] of entry.values) body.append(name, value);
    if (entry.file) body.append("file", entry.file, entry.name);
    return body;
  };

  const post = (entry) => fetch(entry.url, {
    method: "POST",
    body: bodyOf(entry),
    credentials: "same-origin",
    redirect: "manual",
    headers: { "X-CSRFToken": window.portal.token(), "HX-Request": "true", "HX-Request-Type": "partial" },
  });

  /** Send one entry; answers whether the next one may follow. */
  const send = async (entry) => {
    let response;
    try {
      response = await post(entry);
    } catch {
      tell("offline");
      return false;
    }
    const isSignedOut = response.type === "opaqueredirect" || response.status === 401 || response.status === 403 && !response.headers.get("content-type")?.includes("json");
    if (isSignedOut || response.status >= 500 || response.status === 429) {
      tell(isSignedOut ? "signed-out" : "offline");
      return false;
    }
    const answer = response.headers.get("content-type")?.includes("json") ? await response.json() : {};
    await remove(entry.id);
    tell(response.ok ? "stored" : "refused", { entry, answer, status: response.status });
    return true;
  };

  const sendAll = async (user) => {
    let isFree = true;
    for (let rest = await waiting(user); rest.length && isFree; rest = await waiting(user)) isFree = await send(rest[0]);
    tell("kept", (await waiting(user)).length);
    if (!isFree) setTimeout(() => flush(user), AGAIN);
  };
  const locked = (user) => (navigator.locks ? navigator.locks.request(`${NAME}-${user}`, () => sendAll(user)) : sendAll(user));

  /** Send what waits, one window of the browser at a time. */
  const flush = (user) => {
    sending ??= locked(user).finally(() => {
      sending = null;
    });
    return sending;
  };

  const add = async (entry) => {
    await put(entry);
    tell("kept", (await waiting(entry.user)).length);
    await sending; // what was added while the last one was under way goes with the next round
    return flush(entry.user);
  };

  const key = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) => (
    Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(digit) / 4)))).toString(16));

  window.runnerStore = { add, flush, waiting, key, listen: (listener) => listeners.add(listener) };
})();

// What a tester enters in the runner is kept in this browser until the portal has it: the network may be gone for a
// while. Entries are sent in their order, each with a key of its own, so that one whose answer got lost counts once.
// What the portal refuses is held back, until its tester says whether it is sent again or thrown away.
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
  const waiting = async (user) => (await all()).filter((each) => each.user === user && !each.refusal);
  /** Those that the portal refused. */
  const held = async (user) => (await all()).filter((each) => each.user === user && each.refusal);

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

  const replace = async (entry) => {
    const kept = await store("readwrite");
    if (kept) await wish(kept.put(entry));
    else memory = memory.map((each) => (each.id === entry.id ? entry : each));
  };
  /** Tell the portal's other pages whether somebody's entries wait, so that they look for them. */
  const mark = (user, count) => {
    try {
      if (count) localStorage.setItem(`${NAME}-${user}`, "1");
      else localStorage.removeItem(`${NAME}-${user}`);
    } catch { /* a browser that keeps nothing has nothing for other pages either */ }
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
    signal: AbortSignal.timeout(entry.file ? 180_000 : 20_000), // a network may swallow everything and say nothing
  });
  const isJson = (response) => Boolean(response.headers.get("content-type")?.includes("json"));
  const isOut = (response) => response.type === "opaqueredirect" || response.status === 401 || response.status === 403 && !isJson(response);

  /** Somebody who signed in again in another window has another token since; nobody sends in another's name. */
  const renewToken = async (user) => {
    const response = await fetch(location.href, { credentials: "same-origin" });
    if (!response.ok || response.redirected) return false;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    if (fresh.getElementById("portal-words")?.dataset.user !== user) return false;
    const name = "hx-headers:inherited";
    document.body.setAttribute(name, fresh.body.getAttribute(name) ?? "{}");
    return true;
  };

  /** Send one entry; answers whether the next one may follow. */
  const send = async (entry) => {
    let response;
    try {
      response = await post(entry);
      if (response.status === 403 && isOut(response) && await renewToken(entry.user)) response = await post(entry);
    } catch {
      tell("offline");
      return false;
    }
    const isSignedOut = isOut(response);
    // Whatever stands between may answer too, and say 200: what the portal says is JSON, or one of these refusals.
    const isForeign = !isJson(response) && ![400, 404, 413].includes(response.status);
    if (isSignedOut || isForeign || response.status >= 500 || response.status === 429) {
      tell(isSignedOut ? "signed-out" : "offline");
      return false;
    }
    const answer = isJson(response) ? await response.json() : {};
    if (response.ok) await remove(entry.id);
    else await replace({ ...entry, refusal: { ...answer, status: response.status } });
    tell(response.ok ? "stored" : "refused", { entry, answer, status: response.status });
    return true;
  };

  const sendAll = async (user) => {
    let isFree = true;
    for (let rest = await waiting(user); rest.length && isFree; rest = await waiting(user)) isFree = await send(rest[0]);
    const count = (await waiting(user)).length;
    mark(user, count);
    tell("kept", count);
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
    mark(entry.user, 1);
    tell("kept", (await waiting(entry.user)).length);
    await sending; // what was added while the last one was under way goes with the next round
    return flush(entry.user);
  };

  const heldAt = async (user, test) => (await held(user)).filter((each) => each.test === test);
  /** Send what was refused of a test once more, with these values changed. */
  const release = async (user, test, changes = {}) => {
    for (const { refusal, ...entry } of await heldAt(user, test)) {
      await replace({ ...entry, values: entry.values.map(([name, value]) => [name, changes[name] ?? value]) });
    }
    await sending;
    return flush(user);
  };
  /** Throw away what was refused of a test. */
  const discard = async (user, test) => {
    for (const entry of await heldAt(user, test)) await remove(entry.id);
  };

  const key = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) => (
    Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(digit) / 4)))).toString(16));

  window.runnerStore = { add, flush, waiting, held, release, discard, forget: remove, key, listen: (listener) => listeners.add(listener) };
})();

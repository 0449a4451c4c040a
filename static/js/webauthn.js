// Asks a security key: the form's options come from the server as JSON, and its answer is sent by the form itself.
(() => {
  "use strict";
  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const described = (keys) => (keys ?? []).map((key) => ({ ...key, id: toBytes(key.id) }));

  /** What the browser takes: identifiers and challenge as bytes. */
  const read = (options) => ({
    ...options,
    challenge: toBytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
    ...(options.allowCredentials && { allowCredentials: described(options.allowCredentials) }),
    ...(options.excludeCredentials && { excludeCredentials: described(options.excludeCredentials) }),
  });

  /** What the server takes: every run of bytes as text. */
  const written = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return {
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
      authenticatorAttachment: credential.authenticatorAttachment ?? null,
    };
  };

  const ask = async (form) => {
    const { publicKey } = JSON.parse(document.getElementById(form.dataset.keyOptions).textContent);
    const asked = { publicKey: read(publicKey) };
    const credential = form.dataset.keyForm === "create"
      ? await navigator.credentials.create(asked)
      : await navigator.credentials.get(asked);
    form.querySelector("[data-key-answer]").value = JSON.stringify(written(credential));
    form.submit();
  };

  const tell = (form, words) => {
    const trouble = form.querySelector("[data-key-trouble]");
    trouble.textContent = words;
    trouble.hidden = false;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-key-form]");
    if (!form) return;
    event.preventDefault();
    if (!window.PublicKeyCredential) {
      tell(form, form.dataset.keyUnable);
      return;
    }
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    ask(form).catch(() => tell(form, form.dataset.keyCancelled)).finally(() => {
      button.disabled = false;
    });
  });
})();

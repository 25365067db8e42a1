// Passkeys on plain pages. A form with data-passkey (the address of the options) is shown where the browser knows passkeys;
// pressed, it asks the device, puts the answer into `credential` and posts itself. Without this script it stays hidden.
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

  const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
  const read = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
  });
  const written = (credential) => {
    const { response } = credential;
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const said = Object.fromEntries(parts.filter((name) => response[name]).map((name) => [name, text(response[name])]));
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: { ...said, ...(response.getTransports && { transports: response.getTransports() }) },
      clientExtensionResults: {},
    });
  };

  const ask = async (form) => {
    const answer = await fetch(form.dataset.passkey, { method: "POST", credentials: "same-origin" });
    if (answer.redirected) return location.assign(answer.url); // somebody must sign in, or prove who they are, first
    if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.error?.message ?? "The server did not answer.");
    const publicKey = read(await answer.json());
    const isNew = form.dataset.passkeyKind === "create";
    const credential = await (isNew ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
    form.elements.credential.value = written(credential);
    form.submit();
  };
  const words = (error) =>
    ({
      NotAllowedError: "Nothing was chosen in time. Try again, or take another way.",
      InvalidStateError: "This device has a passkey for your account already.",
      SecurityError: "Passkeys work only at the site's own address.",
    })[error.name] ?? error.message;

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const said = form.querySelector("[data-passkey-said]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      said.textContent = "";
      try {
        await ask(form);
      } catch (error) {
        said.textContent = words(error);
      }
    });
  }
})();

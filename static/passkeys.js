/* Forms that ask the browser for a passkey, by allauth's scripts. They are shown only where that can work: in a browser
   that knows passkeys, at the address that passkeys belong to. */
(function () {
  "use strict";
  const buttons = { loginForm: "login", authenticateForm: "authenticate", signupForm: "signup" };
  const words = {
    InvalidStateError: "This device holds a passkey for you already.",
    NotAllowedError: "Nothing was chosen in time, or it was cancelled. Try again, or use another way.",
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.webauthnJSON.supported() || window.location.origin !== form.dataset.origin) continue;
    const kind = form.dataset.passkey;
    const button = form.querySelector("button");
    window.allauth.webauthn.forms[kind]({
      ids: { [buttons[kind]]: button.id, credential: form.elements.credential.id, data: "passkey-options" },
    });
    form.hidden = false;
    for (const other of document.querySelectorAll("[data-no-passkeys]")) other.hidden = true;
    // The Enter key, in a field: nothing is sent before the browser has answered.
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      button.click();
    });
    button.addEventListener("click", function () {
      form.querySelector("[role=alert]").hidden = true;
    });
    document.addEventListener("allauth.error", function (event) {
      event.preventDefault();
      const alert = form.querySelector("[role=alert]");
      alert.textContent = words[event.detail.exception.name] || "The browser could not use a passkey. Try again, or use another way.";
      alert.hidden = false;
    });
  }
})();

// Forms that only choose what is shown: a choice shows it at once, and the button for it goes.
for (const form of document.querySelectorAll("form.rh-scope")) {
  form.querySelector("button[type=submit]").hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}

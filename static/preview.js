// Shows what a form would do while somebody types: `data-preview` says where its fields are sent, and the answer goes
// into the `.rh-preview` of the same part of the page. Without this script, a button of the form, or saving, shows it.
"use strict";

const WAIT = 300; // milliseconds after the last key
const timers = new Map();
const running = new Map();

const show = async (form, shown, address) => {
  running.get(shown)?.abort();
  const stop = new AbortController();
  running.set(shown, stop);
  try {
    const answer = await fetch(address, { method: "POST", body: new FormData(form), signal: stop.signal });
    if (answer.ok) shown.innerHTML = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") console.warn(error.message);
  }
};

const later = (form, shown, address) => {
  clearTimeout(timers.get(shown));
  timers.set(shown, setTimeout(() => show(form, shown, address), WAIT));
};

for (const form of document.querySelectorAll("form[data-preview]")) {
  form.addEventListener("input", () => later(form, form.querySelector(".rh-preview"), form.dataset.preview));
}

// The theme hides a page until its own script has run, and a hidden field takes no focus.
addEventListener("load", () => document.querySelector("[autofocus]")?.focus());
for (const button of document.querySelectorAll(".rh-scriptless")) button.hidden = true;

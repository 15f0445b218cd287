// Shows what a form would do while somebody types: `data-preview` says where its fields are sent, and the answer goes
// into the `.rh-preview` of the same part of the page. What it says in `data-press` decides which buttons (`data-for`)
// may be pressed. What it doubts (`data-hints`) stands at these, in `.rh-hints`, where a phone shows it beside its
// keyboard. A button with `data-take` puts its value into the field of that name. Without this script, buttons of the
// form, or saving, do all that.
"use strict";

const WAIT = 300; // milliseconds after the last key
const timers = new Map();
const running = new Map();

const follow = (form, shown) => {
  const press = shown.querySelector("[data-press]")?.dataset.press ?? "ask";
  for (const button of form.querySelectorAll("[data-for]")) {
    const { for: what } = button.dataset;
    button.hidden = press === "record" ? what !== "record" : what === "record";
    button.disabled = press === "off";
  }
};

const bringHints = (form, shown) => {
  const [hints, place] = [shown.querySelector("[data-hints]"), form.querySelector(".rh-hints")];
  if (!place) return;
  place.replaceChildren(...(hints?.children ?? []));
  // The Enter key presses the first button that sends the form: that has to be the one that asks.
  for (const button of place.querySelectorAll("button")) button.type = "button";
};

const show = async (form, shown, address) => {
  running.get(shown)?.abort();
  const stop = new AbortController();
  running.set(shown, stop);
  try {
    const answer = await fetch(address, { method: "POST", body: new FormData(form), signal: stop.signal });
    if (!answer.ok) return;
    shown.innerHTML = await answer.text();
    follow(form, shown);
    bringHints(form, shown);
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
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take]");
    if (!button) return;
    event.preventDefault();
    const field = form.elements[button.dataset.take];
    field.value = button.value;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// The theme hides a page until its own script has run, and a hidden field takes no focus.
addEventListener("load", () => {
  const named = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  (named?.matches("input") ? named : document.querySelector("[autofocus]"))?.focus();
});
for (const button of document.querySelectorAll(".rh-scriptless")) button.hidden = true;

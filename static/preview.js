// Shows what a form would do while somebody types: `data-preview` is where its fields are sent, and the answer
// goes into the `.rh-preview` within. Without this script, a button of the form does the same.
"use strict";

const WAIT = 300; // milliseconds after the last key

for (const part of document.querySelectorAll("[data-preview]")) {
  const form = part.closest("form");
  const shown = part.querySelector(".rh-preview");
  let timer = 0;
  let running = null;

  const show = async () => {
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(part.dataset.preview, {
        method: "POST",
        body: new FormData(form),
        signal: running.signal,
      });
      if (answer.ok) shown.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") console.warn(error.message);
    }
  };

  part.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, WAIT);
  });
}

// The theme hides a page until its own script has run, and a hidden field takes no focus.
addEventListener("load", () => document.querySelector("[autofocus]")?.focus());
for (const button of document.querySelectorAll(".rh-scriptless")) button.hidden = true;

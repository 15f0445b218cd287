// While somebody types: the part of a form that names an address in `data-live` sends its form there, and each
// `data-place` of the answer goes into the `data-slot` of the same name. So a preview follows, and a problem stands at
// its field until it is mended. Chips insert variables. Without this script, a button of the form shows all that.
"use strict";

(() => {
  const WAIT = 300; // milliseconds after the last key
  const timers = new Map();
  const running = new Map();
  const shown = new Map(); // slot: what the last answer put there, to leave alone what stays the same
  const touched = new Set(); // names of fields that somebody has been in

  const slotOf = (name) => document.querySelector(`[data-slot="${CSS.escape(name)}"]`);

  const isTooEarly = (name, slot) => {
    const field = name.startsWith("problems-") && name.slice("problems-".length);
    return field && !touched.has(field) && !slot.querySelector("li");
  };

  const put = (answer) => {
    for (const part of answer.querySelectorAll("[data-place]")) {
      const name = part.dataset.place;
      const slot = slotOf(name);
      if (!slot || isTooEarly(name, slot) || shown.get(slot) === part.innerHTML) continue;
      shown.set(slot, part.innerHTML);
      slot.replaceChildren(...part.childNodes);
      if (name.startsWith("problems-")) {
        slot.closest(".rh-field")?.classList.toggle("errors", Boolean(slot.querySelector("li")));
      }
    }
    if (!document.querySelector(".rh-problems li")) {
      for (const summary of document.querySelectorAll("[data-summary], .errornote")) summary.remove();
    }
  };

  const show = async (part, target) => {
    running.get(part)?.abort();
    const stop = new AbortController();
    running.set(part, stop);
    const form = part.closest("form");
    const data = new FormData(form);
    part.dispatchEvent(new CustomEvent("live:send", { detail: { data, target } }));
    try {
      const answer = await fetch(part.dataset.live, { method: "POST", body: data, signal: stop.signal });
      if (!answer.ok) return;
      put(new DOMParser().parseFromString(await answer.text(), "text/html"));
      part.dispatchEvent(new CustomEvent("live:shown", { detail: { data, target } }));
    } catch (error) {
      if (error.name !== "AbortError") console.warn(error.message);
    }
  };

  const later = (part, target = null) => {
    clearTimeout(timers.get(part));
    timers.set(part, setTimeout(() => show(part, target), WAIT));
  };
  addEventListener("live:renew", ({ target }) => later(target));

  for (const kind of ["input", "change", "focusout"]) {
    addEventListener(kind, ({ target }) => {
      const part = target.closest?.("[data-live]");
      if (!part || !target.name) return;
      touched.add(target.name);
      later(part, target);
    });
  }
  addEventListener("change", ({ target }) => {
    if (target.matches("[data-renew-all]")) document.querySelectorAll("[data-live]").forEach((part) => later(part));
  });

  // --- Chips: one stop of the Tab key for a row of them, arrows within --------------------------------

  const FIELDS = "input[type=text], textarea";
  const lastField = new WeakMap(); // part with chips: the field in which somebody typed last

  addEventListener("focusin", ({ target }) => {
    const part = target.closest?.("[data-chips]");
    if (part && target.matches(FIELDS)) lastField.set(part, target);
  });
  const showChips = (root) => {
    for (const row of root.querySelectorAll(".rh-chips")) {
      row.hidden = false;
      row.querySelectorAll("button").forEach((chip, number) => (chip.tabIndex = number ? -1 : 0));
    }
  };
  showChips(document);
  addEventListener("live:added", ({ target }) => showChips(target));
  addEventListener("click", ({ target }) => {
    const chip = target.closest?.("[data-insert]");
    const part = chip?.closest("[data-chips]");
    if (!part) return;
    const field = lastField.get(part) ?? [...part.querySelectorAll(FIELDS)].at(-1);
    field.focus();
    field.setRangeText(chip.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  addEventListener("keydown", (event) => {
    const chip = event.target.closest?.(".rh-chip");
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!chip || !step) return;
    const row = [...chip.closest(".rh-chips").querySelectorAll("button")];
    const next = row[(row.indexOf(chip) + step + row.length) % row.length];
    chip.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  });

  // A button that is left out with a script must not be what the Enter key presses either.
  for (const button of document.querySelectorAll(".rh-scriptless")) button.remove();
})();

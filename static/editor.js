// The editor of a sequence: each step has its own preview, variables are inserted where somebody types, and steps
// change places. Needs preview.js. Without these, positions are numbers to be typed, and saving shows the preview.
"use strict";

const { preview } = document.getElementById("editor").dataset;
const STEP = ".form-group:not(.empty-form)";
const steps = () => [...document.querySelectorAll(STEP)].filter((step) => step.querySelector("[name$=-position]"));
const position = (step) => step.querySelector("[name$=-position]");

const showStep = (step) => {
  const shown = step.querySelector(".rh-preview");
  if (shown) later(step.closest("form"), shown, `${preview}?prefix=${position(step).name.replace(/-position$/, "")}`);
};

let typedIn = null;
document.addEventListener("focusin", ({ target }) => {
  if (target.matches(":is([name$=-email_subject], [name$=-email_text], [name$=-sms_text])")) typedIn = target;
});
document.addEventListener("input", ({ target }) => {
  const step = target.closest(STEP);
  if (step && position(step)) showStep(step);
});
document.addEventListener("change", ({ target }) => {
  if (target.name === "preview_contact") steps().forEach(showStep);
});

const variables = document.querySelector(".rh-variables");
if (variables) variables.hidden = false;
document.addEventListener("click", ({ target }) => {
  const name = target.closest("[data-insert]")?.dataset.insert;
  if (!name || !typedIn) return;
  typedIn.focus();
  typedIn.setRangeText(`{{ ${name} }}`, typedIn.selectionStart, typedIn.selectionEnd, "end");
  typedIn.dispatchEvent(new Event("input", { bubbles: true }));
});

const move = (step, by) => {
  const ordered = steps().sort((one, other) => position(one).value - position(other).value);
  const other = ordered[ordered.indexOf(step) + by];
  if (!other) return;
  [position(step).value, position(other).value] = [position(other).value, position(step).value];
  if (by < 0) other.before(step);
  else other.after(step);
  step.scrollIntoView({ block: "nearest" });
  [step, other].forEach(showStep);
};

for (const step of steps()) {
  if (position(step).type === "hidden") continue;
  const buttons = document.createElement("p");
  buttons.className = "rh-buttons rh-moves";
  for (const [words, by] of [["Move up", -1], ["Move down", 1]]) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "rh-button", textContent: words });
    button.addEventListener("click", () => move(step, by));
    buttons.append(button);
  }
  step.prepend(buttons);
}

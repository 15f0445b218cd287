// The editor of a sequence: steps are added, removed and change places by buttons. Needs live.js. Without a script,
// places are chosen from a list, boxes remove steps, and buttons that send the form do the rest.
"use strict";

(() => {
  const root = document.querySelector("[data-steps]");
  if (!root) return;
  const steps = () => [...root.querySelectorAll("[data-step]")];
  const field = (step, name) => step.querySelector(`[name$="-${name}"]`);
  const place = (step) => Number(field(step, "position").value || 99);
  const kept = () => steps().filter((step) => !field(step, "DELETE")?.checked);
  const renew = (step) => step.dispatchEvent(new Event("live:renew", { bubbles: true }));

  const arrange = () => {
    const left = kept();
    for (const step of steps()) {
      const number = left.indexOf(step);
      step.classList.toggle("rh-asks-first", field(step, "position").value === "0");
      step.querySelector('[data-move="-1"]').disabled = number <= 0;
      step.querySelector('[data-move="1"]').disabled = number < 0 || number === left.length - 1;
      step.querySelector(".rh-step-buttons").hidden = number < 0 || left.length < 2; // one step has nowhere to go
    }
    const add = document.querySelector("[data-add]");
    if (add) add.hidden = steps().length >= Number(add.dataset.most);
  };

  const swap = (one, other) => {
    [one.value, other.value] = [other.value, one.value];
  };
  const move = (step, by) => {
    const left = kept();
    const other = left[left.indexOf(step) + by];
    if (!other) return;
    // The wait belongs to the place that becomes the first ask, or is it no more: nothing waits there.
    if (place(step) === 0 || place(other) === 0) {
      swap(field(step, "delay_hours"), field(other, "delay_hours"));
      swap(field(step, "delay_hours-unit"), field(other, "delay_hours-unit"));
    }
    swap(field(step, "position"), field(other, "position"));
    if (by < 0) other.before(step);
    else other.after(step);
    [step, other].forEach(renew);
    arrange();
    step.scrollIntoView({ block: "nearest" });
    const button = step.querySelector(`[data-move="${by}"]`);
    (button.disabled ? step.querySelector(`[data-move="${-by}"]`) : button).focus();
  };

  const remove = (step, isGone) => {
    field(step, "DELETE").checked = isGone;
    step.classList.toggle("rh-gone", isGone);
    step.querySelector(".rh-removed").hidden = !isGone;
    step.querySelector(".rh-step-body").hidden = isGone;
    arrange();
    (isGone ? step.querySelector("[data-keep]") : step.querySelector("h2")).focus();
  };

  const add = () => {
    const total = document.querySelector("[name=steps-TOTAL_FORMS]");
    const html = document.getElementById("new-step").innerHTML.replaceAll("__prefix__", total.value);
    root.insertAdjacentHTML("beforeend", html);
    total.value = Number(total.value) + 1;
    const step = steps().at(-1);
    const taken = new Set(steps().filter((each) => each !== step).map(place));
    const last = Math.max(-1, ...[...taken].filter((number) => number < 99));
    const free = [last + 1, 0, 1, 2, 3, 4, 5].find((number) => number < 6 && !taken.has(number));
    field(step, "position").value = String(free);
    prepare(step);
    step.dispatchEvent(new Event("live:added", { bubbles: true }));
    renew(step);
    arrange();
    field(step, "email_subject").focus();
  };

  const prepare = (step) => {
    step.classList.add("rh-scripted");
    if (field(step, "DELETE")?.checked) remove(step, true);
  };

  root.addEventListener("click", ({ target }) => {
    const step = target.closest("[data-step]");
    if (target.closest("[data-move]")) move(step, Number(target.closest("[data-move]").dataset.move));
    if (target.closest("[data-remove]")) remove(step, true);
    if (target.closest("[data-keep]")) remove(step, false);
  });
  document.querySelector("[data-add]").addEventListener("click", add);
  steps().forEach(prepare);
  arrange();
})();

// Settings, Page: the picker and the colour in letters stay in step, and a logo is sent once, when it is chosen: from
// then on the form carries it as it will be stored. Needs live.js.
"use strict";

(() => {
  const picker = document.querySelector("[data-colour-of]");
  if (!picker) return;
  const text = document.getElementById(picker.dataset.colourOf);
  picker.hidden = false;
  picker.addEventListener("input", () => {
    text.value = picker.value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  text.addEventListener("input", () => {
    if (/^#[0-9a-f]{6}$/i.test(text.value)) picker.value = text.value;
  });

  const file = document.querySelector("[name=logo_file]");
  file.hasChangeListener = true; // the theme would write the file's name into a field nearby
  const part = file.closest("[data-live]");
  let isRead = false; // the file was sent, and its draft is in the form
  file.addEventListener("change", () => {
    isRead = false;
    const remove = document.querySelector("[name=no_logo]");
    if (remove) remove.checked = false;
  });
  part.addEventListener("live:send", ({ detail: { data } }) => {
    if (isRead) data.delete("logo_file");
  });
  part.addEventListener("live:shown", () => {
    if (!file.files.length || isRead) return;
    isRead = !document.querySelector('[data-slot="problems-logo_file"] li');
  });
})();

// Keys on an item of the inbox, never while somebody types: e marks it as handled and goes to the next one, j goes to the
// next and k to the previous one. Each does what its button or link does.
"use strict";

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], dialog, [role=dialog]")) return;
  const link = { j: "next", k: "prev" }[event.key];
  if (link) document.querySelector(`.ib-ways [rel=${link}]`)?.click();
  if (event.key === "e") document.querySelector('[data-key="e"]')?.click();
});

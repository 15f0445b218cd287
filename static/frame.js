// On a phone the tab of this page may lie beyond the edge of its bar.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector(".rh-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
});

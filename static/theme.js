// Light or dark, as chosen in the user menu: the theme's own script does the same on pages that it runs on.
const KEY = "adminTheme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) || "auto";
  } catch {
    return "auto";
  }
}

function show() {
  const theme = chosen();
  document.documentElement.classList.toggle("dark", theme === "dark" || (theme === "auto" && dark.matches));
  for (const button of document.querySelectorAll(".rh-theme [data-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.theme === theme));
  }
}

show();
dark.addEventListener("change", show);
document.addEventListener("DOMContentLoaded", () => {
  show();
  for (const button of document.querySelectorAll(".rh-theme [data-theme]")) {
    button.addEventListener("click", () => {
      localStorage.setItem(KEY, JSON.stringify(button.dataset.theme));
      show();
    });
  }
});

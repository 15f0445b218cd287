/* Buttons that copy what stands in an element: `data-copy` holds its id. They are shown where the browser lets pages copy. */
(function () {
  "use strict";
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const words = button.textContent;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.replace(/\s+/g, "")).then(function () {
        button.textContent = button.dataset.copied;
        setTimeout(function () { button.textContent = words; }, 3000);
      });
    });
  }
})();

// Settings: a button to save appears once there is something to save, and a long list is searched.
document.querySelectorAll("[data-save-on-change]").forEach(form => {
  const button = form.querySelector("button");
  const before = new FormData(form).get("role");
  button.hidden = true;
  form.addEventListener("change", () => { button.hidden = new FormData(form).get("role") === before; });
});

document.querySelectorAll("select[data-search]:enabled").forEach(select => {
  const all = [...select.children].map(child => child.cloneNode(true));
  let chosen = select.value;
  select.addEventListener("change", () => { chosen = select.value; });
  const field = document.createElement("input");
  field.type = "search";
  field.className = select.className;
  field.classList.add("rh-find");
  field.placeholder = field.ariaLabel = select.dataset.search;
  field.autocomplete = "off";
  const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  field.addEventListener("input", () => {
    const words = plain(field.value.trim());
    const fits = option => plain(option.text).includes(words);
    const kept = all.map(child => child.cloneNode(true)).filter(child => {
      if (child.tagName === "OPTION") return fits(child);
      [...child.children].filter(option => !fits(option)).forEach(option => option.remove());
      return child.children.length;
    });
    if (!kept.length) return;
    select.replaceChildren(...kept);
    if ([...select.options].some(option => option.value === chosen)) select.value = chosen;
  });
  field.addEventListener("keydown", event => { if (event.key === "Enter") event.preventDefault(); });
  select.parentElement.before(field);  // the theme wraps a select together with its arrow
});

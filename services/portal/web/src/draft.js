/** What was typed into a form stays on this phone until it has arrived: never what is marked private, hidden, secret or a file. */

const PREFIX = "yinuo.draft.";
const KEEP = 7 * 24 * 3600 * 1000;
const NEVER = ["hidden", "password", "file", "submit", "button"];

const kept = (form) => [...form.elements].filter((field) => field.name && !NEVER.includes(field.type) && field.dataset.private === undefined);
const ticked = (field) => field.type === "radio" || field.type === "checkbox";

/** The form's values as they stand, in its fields' order. */
export function collect(form) {
  return kept(form)
    .filter((field) => (ticked(field) ? field.checked : field.value))
    .map((field) => [field.name, field.value]);
}

/** Put values where the server has given none; whether anything was put. */
export function restore(form, values) {
  let changed = false;
  const given = kept(form).some((field) => ticked(field) && field.defaultChecked);
  for (const field of kept(form)) {
    const found = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (!found.length) continue;
    if (ticked(field)) {
      if (!given && found.includes(field.value) && !field.checked) changed = field.checked = true;
    } else if (!field.value) {
      field.value = found[0];
      changed = true;
    }
  }
  return changed;
}

function notice(form, forget) {
  const note = document.createElement("div");
  note.className = "notice notice-info";
  note.setAttribute("role", "status");
  const body = document.createElement("div");
  const text = document.createElement("p");
  text.textContent = form.dataset.restored;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-small";
  button.textContent = form.dataset.forget;
  button.addEventListener("click", () => {
    forget();
    note.remove();
  });
  body.append(text, button);
  note.append(body);
  form.prepend(note);
}

function keep(form) {
  const key = PREFIX + form.dataset.draft;
  let timer;
  const save = () => localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: collect(form) }));
  const stored = JSON.parse(localStorage.getItem(key) || "null");
  if (stored && Date.now() - stored.at > KEEP) localStorage.removeItem(key);
  else if (stored && restore(form, stored.values)) {
    form.querySelectorAll("[data-count]").forEach((area) => area.dispatchEvent(new Event("input")));
    notice(form, () => {
      clearTimeout(timer);
      localStorage.removeItem(key);
      form.reset();
    });
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 400);
  });
  form.addEventListener("submit", save);
}

document.querySelectorAll("form[data-draft]").forEach((form) => {
  try {
    keep(form);
  } catch {
    // no storage, or a broken draft: the form works without
  }
});

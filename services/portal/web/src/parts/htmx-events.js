/** The events of htmx that we use, all of them here: the rest of the code hears `yinuo:content`. */

/** New content stands in the page. */
export function announce(root) {
  document.dispatchEvent(new CustomEvent("yinuo:content", { detail: { root } }));
}

function say(name) {
  const place = document.getElementById("messages");
  const text = place && place.dataset[name];
  if (!text) return;
  const note = document.createElement("div");
  note.className = "notice notice-error";
  note.setAttribute("role", "alert");
  const line = document.createElement("p");
  line.textContent = text;
  note.append(line);
  place.textContent = "";
  place.append(note);
}

document.addEventListener("htmx:after:swap", (event) => {
  announce(event.target);
  const errors = document.querySelector("[data-focus]");
  if (errors && event.target.contains && event.target.contains(errors)) errors.focus();
});
/* A refusal of a form comes as a page with its errors (422) and is shown; what is no page is said here. */
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx.response.status >= 500) say("failed");
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail && event.detail.ctx) say("away");
});

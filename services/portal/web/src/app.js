/** On every page: htmx, and small comforts over forms that work without them. */

import "htmx.org";
import "./parts/htmx-events.js";
import { counted } from "./parts/counting.js";
import { remembered } from "./parts/elder.js";
import { onceOnly } from "./parts/once.js";

const DRAFT = "yinuo.draft.";

/** What a page says has arrived needs no draft any more. */
function forgetDrafts(root) {
  root.querySelectorAll("[data-draft-done]").forEach((element) => {
    try {
      localStorage.removeItem(DRAFT + element.dataset.draftDone);
    } catch {
      // no storage: nothing was kept
    }
  });
}

function prepare() {
  counted(document);
  forgetDrafts(document);
  document.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

onceOnly(document);
remembered();
prepare();
document.addEventListener("yinuo:content", prepare);
const errors = document.querySelector("[data-focus]");
if (errors) errors.focus();

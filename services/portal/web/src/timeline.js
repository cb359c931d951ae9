/** A slider over the log's positions beside the plain box: it moves the number, and asks when it is let go. */

function slide(form) {
  const slider = form.querySelector("input[type=range]");
  const box = form.querySelector("[data-position]");
  const time = form.querySelector("input[type=datetime-local]");
  if (!slider || !box) return;
  slider.closest("[data-slider]").hidden = false;
  /* One moment is asked for: whichever was touched last. */
  slider.addEventListener("input", () => {
    box.value = slider.value;
    time.value = "";
  });
  box.addEventListener("input", () => {
    slider.value = box.value;
    time.value = "";
  });
  time.addEventListener("input", () => (box.value = ""));
  slider.addEventListener("change", () => (form.requestSubmit ? form.requestSubmit() : form.submit()));
}

function prepare() {
  document.querySelectorAll("form[data-timeline]:not([data-ready])").forEach((form) => {
    form.dataset.ready = "1";
    slide(form);
  });
}

prepare();
document.addEventListener("yinuo:content", prepare);

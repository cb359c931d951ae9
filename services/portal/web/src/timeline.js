/** A slider over the log's positions beside the plain box: it moves the number, and asks when it is let go. */

function slide(form) {
  const slider = form.querySelector("input[type=range]");
  const box = form.querySelector("[data-position]");
  if (!slider || !box) return;
  slider.closest("[data-slider]").hidden = false;
  slider.addEventListener("input", () => (box.value = slider.value));
  box.addEventListener("input", () => (slider.value = box.value));
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

const KEY = "yinuo.elder";

/** Large type stays chosen on this device, also where the server has forgotten it. */
export function remembered() {
  const button = document.querySelector("button[data-elder]");
  if (!button) return;
  const root = document.documentElement;
  try {
    if (localStorage.getItem(KEY) === "1" && root.dataset.mode !== "elder") {
      root.dataset.mode = "elder";
      button.value = "0";
      button.querySelector("span").textContent = button.dataset.standard;
    }
    button.addEventListener("click", () => localStorage.setItem(KEY, button.value));
  } catch {
    // no storage: the server's word alone counts
  }
}

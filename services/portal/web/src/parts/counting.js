/** Says how many characters may still be written, counted as people count them. */
export function counted(root) {
  root.querySelectorAll("[data-count]").forEach((area) => {
    const place = document.getElementById(area.dataset.count);
    if (!place || area.dataset.counted) return;
    area.dataset.counted = "1";
    const tell = () => {
      place.textContent = place.dataset.text.replace("{left}", String(Math.max(0, area.maxLength - area.value.length)));
    };
    area.addEventListener("input", tell);
    tell();
  });
}

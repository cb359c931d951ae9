/** Photos leave the phone small, and without where and with what they were taken: they are drawn anew. The plain upload works too. */

const LONGEST = 1600;
const QUALITY = 0.82;
const WORTH = 300 * 1024;

async function picture(file) {
  if (window.createImageBitmap) {
    try {
      return await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      // older browsers know no options
    }
  }
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
  } finally {
    URL.revokeObjectURL(image.src);
  }
  return image;
}

/** The photo as a JPEG of at most 1600 px; nothing of the old file's description is in it. */
async function redrawn(file) {
  const image = await picture(file);
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) throw new Error("not drawn");
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
}

const size = (bytes) => (bytes < WORTH ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

async function changed(input) {
  const files = [...input.files].filter((file) => file.type.startsWith("image/"));
  const list = input.parentElement.querySelector(".previews") || input.parentElement.appendChild(document.createElement("ul"));
  list.className = "previews";
  list.setAttribute("role", "status");
  list.textContent = "";
  const made = new DataTransfer();
  for (const file of [...input.files]) {
    const item = document.createElement("li");
    const text = document.createElement("span");
    let out = file;
    let told = input.dataset.kept;
    if (files.includes(file)) {
      try {
        out = await redrawn(file);
        told = input.dataset.done;
        const shown = document.createElement("img");
        shown.alt = "";
        shown.src = URL.createObjectURL(out);
        item.append(shown);
      } catch {
        out = file;
      }
    }
    made.items.add(out);
    text.className = "hint";
    text.textContent = told.replace("{name}", file.name).replace("{size}", size(out.size));
    item.append(text);
    list.append(item);
  }
  input.files = made.files;
}

document.addEventListener("change", (event) => {
  if (event.target.matches && event.target.matches("input[type=file][data-photo]") && window.DataTransfer) changed(event.target).catch(() => {});
});

/** Opens a screen on a wall: its secret comes in the address's fragment, which no server sees, and leaves it at once. */

const form = document.querySelector("form[data-kiosk]");
const secret = decodeURIComponent(location.hash.slice(1));
if (form && secret) {
  history.replaceState(null, "", location.pathname);
  form.querySelector("[name=secret]").value = secret;
  form.requestSubmit ? form.requestSubmit() : form.submit();
}

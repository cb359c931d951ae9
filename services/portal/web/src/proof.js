/** The proof panel: checks a proof in this browser, from the page's own data or a file the person picks. */

import { check, ProofError } from "./proof/tlog.js";

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function mark(panel, name, state, text) {
  const line = panel.querySelector(`[data-check="${name}"]`);
  if (!line) return;
  line.dataset.state = state;
  line.querySelector("[data-result]").textContent = `${panel.dataset[state]}${text ? `　${text}` : ""}`;
}

function show(panel, found) {
  mark(panel, "leaf", "yes", `SHA-256 ${hex(found.leaf).slice(0, 16)}…`);
  mark(panel, "inclusion", "yes", `${found.index + BigInt(1)} / ${found.size}`);
  if (found.log === null) {
    mark(panel, "log", "unable", "");
    mark(panel, "witnesses", "unable", "");
  } else {
    mark(panel, "log", "yes", found.log.name);
    mark(panel, "witnesses", found.witnesses.length ? "yes" : "unable", found.witnesses.map((one) => one.name).join("、"));
  }
  const raw = panel.querySelector("[data-event]");
  if (raw) raw.textContent = new TextDecoder().decode(found.event);
}

const STEPS = ["leaf", "inclusion", "log", "witnesses"];
const AT = { origin_wrong: "log", note_unsigned: "log", signature_invalid: "log", witnesses_too_few: "witnesses", inclusion_proof_wrong: "inclusion", index_beyond_tree: "inclusion" };

async function run(panel, given, bytes) {
  const verdict = panel.querySelector("[data-verdict]");
  STEPS.forEach((name) => mark(panel, name, "waiting", ""));
  try {
    const found = await check(bytes, given);
    show(panel, found);
    verdict.dataset.state = "yes";
    verdict.textContent = found.log === null ? panel.dataset.half : panel.dataset.whole;
  } catch (fault) {
    const code = fault instanceof ProofError ? fault.message : "unreadable";
    const failed = STEPS.indexOf(AT[code] || "leaf");
    STEPS.forEach((name, at) => mark(panel, name, at === failed ? (code === "no_webcrypto" ? "unable" : "no") : "waiting", at === failed ? code : ""));
    verdict.dataset.state = code === "no_webcrypto" ? "unable" : "no";
    verdict.textContent = code === "no_webcrypto" ? panel.dataset.nocrypto : panel.dataset.broken;
  }
}

document.querySelectorAll("[data-proof]").forEach((panel) => {
  const given = JSON.parse(panel.querySelector('script[type="application/json"]').textContent);
  panel.querySelectorAll("[data-needs-script]").forEach((part) => (part.hidden = false));
  panel.querySelector("[data-run]").addEventListener("click", () => run(panel, given, new TextEncoder().encode(given.proof)));
  panel.querySelector("input[type=file]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) run(panel, { ...given, origin: null }, new Uint8Array(await file.arrayBuffer()));
  });
});

// Reads cases as JSON from standard input, checks each proof as the page would, and writes what came of it.
import { check } from "../../../services/portal/web/src/proof/tlog.js";

let text = "";
for await (const chunk of process.stdin) text += chunk;
const answers = [];
for (const { file, given } of JSON.parse(text)) {
  try {
    const found = await check(Uint8Array.from(Buffer.from(file, "base64")), given);
    answers.push({
      event: Buffer.from(found.event).toString("base64"),
      index: String(found.index),
      size: String(found.size),
      log: found.log && found.log.name,
      witnesses: found.witnesses && found.witnesses.map((one) => [one.name, String(one.time)]),
    });
  } catch (fault) {
    answers.push({ refused: fault.message });
  }
}
process.stdout.write(JSON.stringify(answers));

// Writes the CSV that the page makes of a table, given as JSON rows on standard input.
import { toCsv } from "../../../services/portal/web/src/charts/files.js";

let text = "";
for await (const chunk of process.stdin) text += chunk;
const rows = JSON.parse(text).map((row) => ({ cells: row.map((textContent) => ({ textContent })) }));
process.stdout.write(toCsv({ rows }));

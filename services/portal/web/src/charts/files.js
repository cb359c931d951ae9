/** Files that the browser makes: tables as CSV, saving. */

/** A table's text as CSV (RFC 4180, with a BOM so that spreadsheets read Chinese); what a spreadsheet would run is told apart by a quote. */
export function toCsv(table) {
  const cell = (text) => {
    const plain = text.trim().replace(/\s+/g, " ");
    const safe = /^[=@]|^[+-](?![\d.])/.test(plain) ? `'${plain}` : plain;
    return /[",\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const rows = [...table.rows].map((row) => [...row.cells].map((one) => cell(one.textContent)).join(","));
  return `\ufeff${rows.join("\r\n")}\r\n`;
}

/** Hand a file to the person. */
export function saved(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.replace(/[\\/:*?"<>|]/g, "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

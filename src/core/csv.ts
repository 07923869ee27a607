/** Makes spreadsheets read the file as UTF-8. */
export const byteOrderMark = '\uFEFF';

/** What a spreadsheet may take for the start of a formula (full-width forms too), or drop before one. */
const formulaStart = /^[=+\-@\t\r\n＝＋－＠]/;
const plainNumber = /^-?\d+(\.\d+)?$/;

/**
 * Rows as a CSV file: RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), UTF-8 with a byte order mark, CRLF after each row.
 * A cell that a spreadsheet could run as a formula gets an apostrophe before it; plain decimal numbers are left as they are
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export const csvText = (rows: readonly (readonly string[])[]): string => byteOrderMark + csvRows(rows);

/** The same without the mark: a part of a file. */
export const csvRows = (rows: readonly (readonly string[])[]): string => rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');

/** For the clipboard: cells with tabs between them, as spreadsheets take them. */
export const tsvRows = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map((text) => safeCell(text.replace(/[\t\r\n]+/g, ' '))).join('\t')}\n`).join('');

const safeCell = (text: string): string => (formulaStart.test(text) && !plainNumber.test(text) ? `'${text}` : text);

function cell(text: string): string {
  const safe = safeCell(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One record of a CSV file (RFC 4180), with the number of the line that it begins on. */
export type CsvRecord = { readonly line: number; readonly fields: readonly string[] };

/**
 * Reads CSV text: fields may be quoted, quotes doubled, lines end in LF or CRLF. Empty lines are
 * passed over.
 */
export function readCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let field = '';
  let quoted = false;
  let line = 1;
  let begins = 1;
  const endRecord = (): void => {
    fields.push(field);
    if (fields.length > 1 || fields[0] !== '') records.push({ line: begins, fields });
    fields = [];
    field = '';
    begins = line + 1;
  };
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter === '"' && text[at + 1] === '"') field += text[++at];
      else if (letter === '"') quoted = false;
      else field += letter;
      if (letter === '\n') line++;
    } else if (letter === '"' && field === '') quoted = true;
    else if (letter === ',') {
      fields.push(field);
      field = '';
    } else if (letter === '\n') {
      endRecord();
      line++;
    } else if (letter !== '\r') field += letter;
  }
  if (field !== '' || fields.length > 0) endRecord();
  return records;
}

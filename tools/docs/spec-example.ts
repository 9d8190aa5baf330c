import { openEnvelope, toHex } from '@coinbox/protocol';
import { bytesOf, diagnosticOf } from '../vectors/case.ts';

/** A file of spec/vectors as far as its examples go: lists of cases, by the name of the list. */
type Vectors = Readonly<Record<string, unknown>>;

const COLUMNS = 72;
const wrapped = (hex: string): string =>
  hex.match(new RegExp(`.{1,${COLUMNS}}`, 'g'))?.join('\n') ?? '';

/** The bytes of the case of that name, in whichever list of the file it is. */
function bytesOfCase(vectors: Vectors, name: string): Uint8Array {
  const cases = Object.values(vectors).filter(Array.isArray).flat();
  const found = cases.find((one) => (one as { name?: unknown }).name === name);
  if (!found) throw new Error(`no vector is named ${name}`);
  return bytesOf((found as { hex: string }).hex);
}

/** `<< … >>` is CBOR in a byte string (RFC 8610, appendix G). */
function diagnosticOfMessage(bytes: Uint8Array): string {
  const opened = openEnvelope(bytes);
  if (!opened.ok) return diagnosticOf(bytes);
  const { protectedHeader, payload, signature } = opened.value;
  const fields = diagnosticOf(payload).slice(1, -1);
  return [
    '18([',
    `  << ${diagnosticOf(protectedHeader)} >>,`,
    '  {},',
    `  << {\n${oneToALine(fields)}\n  } >>,`,
    `  h'${toHex(signature)}'`,
    '])',
  ].join('\n');
}

/** Fields of a map, each on a line of its own: commas within brackets and strings do not count. */
function oneToALine(fields: string): string {
  let depth = 0;
  let quoted = false;
  let text = '    ';
  for (const [i, one] of [...fields].entries()) {
    if (one === '"' && fields[i - 1] !== '\\') quoted = !quoted;
    if (!quoted && '[{('.includes(one)) depth++;
    if (!quoted && ']})'.includes(one)) depth--;
    const breaks = one === ' ' && depth === 0 && !quoted && fields[i - 1] === ',';
    text += breaks ? '\n    ' : one;
  }
  return text;
}

/** A vector as a page shows it: bytes, then diagnostic notation. */
export function exampleBlock(vectors: Vectors, name: string): string {
  const bytes = bytesOfCase(vectors, name);
  return [
    '```text',
    wrapped(toHex(bytes)),
    '```',
    '',
    '```cbor-diag',
    diagnosticOfMessage(bytes),
    '```',
  ].join('\n');
}

const marked = /(<!-- example: (\S+) (.+?) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The page with each `<!-- example: file name -->` … `<!-- end -->` filled from the vectors. */
export const withExamples = (page: string, read: (file: string) => Vectors): string =>
  page.replace(
    marked,
    (_, begin: string, file: string, name: string, end: string) =>
      `${begin}\n${exampleBlock(read(file), name)}\n\n${end}`,
  );

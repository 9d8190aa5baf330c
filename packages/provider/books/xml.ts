// pure
import { accept, reject } from '@coinbox/protocol';
import type { Rejected, Result } from '@coinbox/protocol';

/** An element of XML without its comments; names without their prefix. */
export type XmlElement = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All character data directly in it, trimmed. */
  readonly text: string;
};

type Open = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
};

const MOST_DEPTH = 32;
const named: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

const no = (detail: string): Rejected => reject('import-invalid', detail);

const attribute = '[\\w.:-]+\\s*=\\s*(?:"[^"<]*"|\'[^\'<]*\')';
const token = new RegExp(
  [
    '<\\?xml [^?>]*\\?>',
    '<!--(?:(?!--)[^])*-->',
    '</(?<close>[\\w.:-]+)\\s*>',
    `<(?<open>[\\w.:-]+)(?<attributes>(?:\\s+${attribute})*)\\s*(?<empty>/?)>`,
    '(?<text>[^<]+)',
  ].join('|'),
  'y',
);

/**
 * Reads a document of XML 1.0 as banks send it. There are no document types and no entities of
 * one's own, so that no file can name another file or grow while it is read. Rejects
 * import-invalid.
 */
export function parseXml(document: string): Result<XmlElement> {
  const top: Open = { name: '', attributes: {}, children: [], text: '' };
  const open: Open[] = [top];
  const source = document.replace(/^\ufeff/, '');
  for (let at = 0; at < source.length;) {
    token.lastIndex = at;
    const found = token.exec(source);
    if (!found) return no(`not XML that is read here, at character ${at}`);
    at += found[0].length;
    const wrong = take(open, found.groups ?? {});
    if (wrong) return wrong;
  }
  const [root] = top.children;
  if (open.length > 1) return no(`<${open.at(-1)?.name}> is not closed`);
  if (!root || top.children.length > 1 || top.text.trim() !== '') return no('not one document');
  return accept(root);
}

function take(open: Open[], part: Record<string, string | undefined>): Rejected | undefined {
  const current = open.at(-1) as Open;
  if (part['text'] !== undefined) {
    const text = unescaped(part['text']);
    if (text === undefined) return no('an entity that is not one of XML');
    current.text += text;
  } else if (part['close'] !== undefined) {
    if (open.length === 1 || current.name !== localName(part['close'])) {
      return no(`</${part['close']}> closes nothing`);
    }
    open.pop();
    (open.at(-1) as Open).children.push({ ...current, text: current.text.trim() });
  } else if (part['open'] !== undefined) {
    const attributes = attributesOf(part['attributes'] ?? '');
    if (!attributes) return no('an attribute that cannot be read');
    const element = { name: localName(part['open']), attributes, children: [], text: '' };
    if (part['empty'] === '/') current.children.push(element);
    else if (open.length > MOST_DEPTH) return no('nested too deeply');
    else open.push(element);
  }
  return undefined;
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

function attributesOf(text: string): Record<string, string> | undefined {
  const attributes: Record<string, string> = {};
  for (const [, name = '', quoted = ''] of text.matchAll(/([\w.:-]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
    const value = unescaped(quoted.slice(1, -1));
    if (value === undefined || Object.hasOwn(attributes, name)) return undefined;
    attributes[name] = value;
  }
  return attributes;
}

/** Character data as it is meant; undefined where it holds an entity that XML does not define. */
function unescaped(text: string): string | undefined {
  let isWhole = true;
  const plain = text.replace(/&([^;&]*);?/g, (whole, name: string) => {
    const code = /^#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}))$/.exec(name);
    const point = code ? Number.parseInt(code[1] ?? (code[2] as string), code[1] ? 16 : 10) : -1;
    const isPoint = point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    const found = code ? (isPoint ? String.fromCodePoint(point) : undefined) : named[name];
    if (found === undefined || !whole.endsWith(';')) isWhole = false;
    return found ?? '';
  });
  return isWhole ? plain : undefined;
}

/** Characters that XML 1.0 does not have. */
// oxlint-disable-next-line no-control-regex
const unfit = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

/** Text as character data. What XML cannot hold is left out. */
export const xmlText = (text: string): string =>
  text.replace(unfit, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

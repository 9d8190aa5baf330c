/**
 * A small scanner of TypeScript: it knows comments, strings, templates and regular expressions, and
 * nothing of the grammar. `npm` has parsers, but none of them is needed for what the rules ask.
 */

/** Words after which a `/` begins a regular expression. */
const beforeRegex =
  /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|yield|await|instanceof)$/;

/**
 * The source with the inside of comments, strings, templates and regular expressions blanked.
 * Quotes stay, code within `${…}` stays, lines and columns stay.
 */
export function maskSource(text: string): string {
  const out = text.split('');
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) if (out[i] !== '\n') out[i] = ' ';
  };
  /** For each open `${`: how many braces are open within it. */
  const templates: number[] = [];
  let at = 0;
  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = text[at] as string;
    let end = at + 1;
    if (two === '//' || two === '/*' || (two === '#!' && at === 0)) {
      end = endOfComment(text, at);
      blank(at, end);
    } else if (one === '"' || one === "'") {
      end = endOfString(text, at, one);
      blank(at + 1, end - 1);
    } else if (one === '/' && regexMayBegin(text, out, at)) {
      end = endOfRegex(text, at);
      blank(at + 1, end - 1);
    } else if (one === '`' || (one === '}' && templates.at(-1) === 0)) {
      if (one === '}') templates.pop();
      const piece = endOfTemplatePiece(text, at + 1);
      blank(at + 1, piece.end);
      end = piece.next;
      if (piece.opens) templates.push(0);
    } else if ((one === '{' || one === '}') && templates.length > 0) {
      templates[templates.length - 1] = (templates.at(-1) as number) + (one === '{' ? 1 : -1);
    }
    at = end;
  }
  return out.join('');
}

function endOfComment(text: string, at: number): number {
  const block = text.startsWith('/*', at);
  const end = text.indexOf(block ? '*/' : '\n', at + 2);
  if (end < 0) return text.length;
  return block ? end + 2 : end;
}

/** A string ends at its quote, or at the end of its line (then it was no string). */
function endOfString(text: string, at: number, quote: string): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
    else if (text[i] === '\n') return at + 1;
  }
  return text.length;
}

/** Division follows a value; a regular expression follows an operator, a bracket or a keyword. */
function regexMayBegin(text: string, out: readonly string[], at: number): boolean {
  let i = at - 1;
  while (i >= 0 && /\s/.test(out[i] as string)) i--;
  if (i < 0) return true;
  const before = out[i] as string;
  if (/[\w$]/.test(before)) return beforeRegex.test(text.slice(Math.max(0, i - 12), i + 1));
  return !/[)\]'"`]/.test(before);
}

function endOfRegex(text: string, at: number): number {
  let inClass = false;
  for (let i = at + 1; i < text.length && text[i] !== '\n'; i++) {
    const one = text[i];
    if (one === '\\') i++;
    else if (one === '[') inClass = true;
    else if (one === ']') inClass = false;
    else if (one === '/' && !inClass) return i + 1;
  }
  return at + 1;
}

/** A piece of a template ends at its backtick or at the next `${`. */
function endOfTemplatePiece(
  text: string,
  from: number,
): { end: number; next: number; opens: boolean } {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '`') return { end: i, next: i + 1, opens: false };
    else if (text.startsWith('${', i)) return { end: i, next: i + 2, opens: true };
  }
  return { end: text.length, next: text.length, opens: false };
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The offset of the bracket that closes the one at `open` of a masked source, or its end. */
export function closerOf(code: string, open: number): number {
  const stack: string[] = [];
  for (let i = open; i < code.length; i++) {
    const one = code[i] as string;
    const closer = closing[one];
    if (closer !== undefined) stack.push(closer);
    else if (one === ')' || one === ']' || one === '}') {
      stack.pop();
      if (stack.length === 0) return i;
    }
  }
  return code.length;
}

/** The first offset from `at` on that is not white space. */
export function skipSpace(code: string, at: number): number {
  let i = at;
  while (i < code.length && /\s/.test(code[i] as string)) i++;
  return i;
}

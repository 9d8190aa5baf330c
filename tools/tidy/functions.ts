import { closerOf, skipSpace } from './scan.ts';

/** A function of a masked source, from the line its head begins on to the line of its end. */
export type Measured = {
  readonly from: number;
  readonly to: number;
  readonly lines: number;
  /** The callback of a describe, test or it that stands at the outermost level of its file. */
  readonly isOuterTest: boolean;
};

const notFunctions = /(?:^|[^\w$.])(?:if|for|while|switch|catch|with|await)$/;
const outerTest = /^(?:await )?(?:describe|test|it|suite)(?:\.\w+)*$/;

/** Every function, method and arrow function with a body of its own, in order of their heads. */
export function functionsIn(code: string): readonly Measured[] {
  const newlines = [...code.matchAll(/\n/g)].map((found) => found.index);
  const lineOf = (offset: number): number => {
    const after = newlines.findIndex((newline) => newline >= offset);
    return (after < 0 ? newlines.length : after) + 1;
  };
  const found: Measured[] = [];
  /** Brackets that belong to the return type of a function: they begin no other. */
  const inTypes = new Set<number>();
  for (let open = code.indexOf('('); open >= 0; open = code.indexOf('(', open + 1)) {
    const span = inTypes.has(open) ? undefined : spanOfFunction(code, open);
    if (span === undefined) continue;
    for (let i = span.close + 1; i < span.body; i++) if (code[i] === '(') inTypes.add(i);
    const [from, to] = [lineOf(open), lineOf(span.end)];
    found.push({ from, to, lines: to - from + 1, isOuterTest: isOuterTest(code, open) });
  }
  return found;
}

type Span = { close: number; body: number; end: number };

/** The function whose parameters begin at `open`; undefined where they are no such. */
function spanOfFunction(code: string, open: number): Span | undefined {
  const close = closerOf(code, open);
  if (close === code.length) return undefined;
  let at = skipSpace(code, close + 1);
  if (code[at] === ':') at = endOfType(code, at + 1);
  if (code[at] === '{') {
    const isFunction = !notFunctions.test(code.slice(0, open).trimEnd().slice(-12));
    return isFunction ? { close, body: at, end: closerOf(code, at) } : undefined;
  }
  if (!code.startsWith('=>', at)) return undefined;
  const body = skipSpace(code, at + 2);
  const end = code[body] === '{' ? closerOf(code, body) : endOfExpression(code, body);
  return { close, body: at, end };
}

/** Where the type that begins at `at` ends: at the body, the arrow, or whatever else follows it. */
function endOfType(code: string, at: number): number {
  let i = skipSpace(code, at);
  let needsAtom = true;
  while (i < code.length) {
    const word = /^[\w$.'"`]+/.exec(code.slice(i, i + 200))?.[0];
    const one = code[i] as string;
    if (!needsAtom && (one === '{' || code.startsWith('=>', i))) return i;
    if (needsAtom && (one === '{' || one === '(' || one === '[')) {
      const group = closerOf(code, i);
      const next = skipSpace(code, group + 1);
      const isFunctionType = one === '(' && code.startsWith('=>', next);
      i = isFunctionType ? skipSpace(code, next + 2) : next;
      needsAtom = isFunctionType;
    } else if (one === '<') {
      i = skipSpace(code, endOfGenerics(code, i));
      needsAtom = false;
    } else if (one === '[') {
      i = skipSpace(code, closerOf(code, i) + 1);
    } else if (one === '|' || one === '&') {
      i = skipSpace(code, i + 1);
      needsAtom = true;
    } else if (word !== undefined) {
      i = skipSpace(code, i + word.length);
      needsAtom = /^(?:is|asserts|keyof|typeof|readonly|unique|infer|extends)$/.test(word);
    } else if (one === '-' && needsAtom) i++;
    else return i;
  }
  return i;
}

function endOfGenerics(code: string, at: number): number {
  let depth = 0;
  for (let i = at; i < code.length; i++) {
    if (code[i] === '<') depth++;
    if (code[i] === '>' && code[i - 1] !== '=' && --depth === 0) return i + 1;
    if (code[i] === ';') return i;
  }
  return code.length;
}

/** An arrow function without braces ends before the comma, semicolon or bracket that follows it. */
function endOfExpression(code: string, at: number): number {
  for (let i = at; i < code.length; i++) {
    const one = code[i] as string;
    if (one === '(' || one === '[' || one === '{') i = closerOf(code, i);
    else if (/[,;)\]}]/.test(one)) return i;
  }
  return code.length;
}

/** Is this the callback of a call that begins its line at column 0 and names a kind of test? */
function isOuterTest(code: string, open: number): boolean {
  const from = code.lastIndexOf('\n', open - 1) + 1;
  const head = code.slice(from, open);
  if (/^(?:\}|\s)/.test(head)) return isWrappedOuterTest(code, from, head);
  return outerTest.test(head.split('(')[0] as string) && head.includes('(');
}

/** Prettier may put a long title on a line of its own; the callback then begins two columns in. */
function isWrappedOuterTest(code: string, from: number, head: string): boolean {
  if (!/^ {2}(?:async )?$/.test(head)) return false;
  const before = code.slice(0, from).split('\n');
  const opener = before.findLast((line) => /^\S/.test(line));
  return opener !== undefined && outerTest.test(opener.replace(/\($/, ''));
}

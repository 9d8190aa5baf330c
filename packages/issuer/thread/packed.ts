// pure
import { assert } from '@coinbox/protocol';
import type { Rejection, Result } from '@coinbox/protocol';
import type { Answer } from '../issuer.ts';
import { failureOf } from './failure.ts';
import type { Failure } from './failure.ts';

// Signed messages and their answers on their way between threads: many in one buffer that is handed
// over and not copied. Each is the number of the call (4 bytes, big-endian), the length of a text
// (2) and of some bytes (4), and both. A receipt of what was posted just now has no text; all else
// says in JSON what it is.

const HEAD_BYTES = 10;

/** A part of a buffer: what the call `call` asks or is answered. */
export type Part = { readonly call: number; readonly text: string; readonly bytes: Uint8Array };

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const nothing = new Uint8Array();

/** Some parts in one buffer. */
export function packParts(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const texts = parts.map(({ text }) => (text === '' ? nothing : encoder.encode(text)));
  let size = 0;
  parts.forEach(({ bytes }, i) => {
    size += HEAD_BYTES + (texts[i] as Uint8Array).length + bytes.length;
  });
  const packed = new Uint8Array(size);
  const view = new DataView(packed.buffer);
  let at = 0;
  parts.forEach(({ call, bytes }, i) => {
    const text = texts[i] as Uint8Array;
    assert(text.length < 65_536, 'a text between threads is short');
    view.setUint32(at, call);
    view.setUint16(at + 4, text.length);
    view.setUint32(at + 6, bytes.length);
    packed.set(text, at + HEAD_BYTES);
    packed.set(bytes, at + HEAD_BYTES + text.length);
    at += HEAD_BYTES + text.length + bytes.length;
  });
  return packed;
}

/** The parts again, their bytes as windows on the buffer. */
export function unpackParts(packed: Uint8Array): Part[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const parts: Part[] = [];
  let at = 0;
  while (at < packed.length) {
    const call = view.getUint32(at);
    const from = at + HEAD_BYTES;
    const middle = from + view.getUint16(at + 4);
    const end = middle + view.getUint32(at + 6);
    const text = middle === from ? '' : decoder.decode(packed.subarray(from, middle));
    parts.push({ call, text, bytes: packed.subarray(middle, end) });
    at = end;
  }
  return parts;
}

/** What a message is answered with that could not be worked on. */
export const partOfFailure = (call: number, failure: unknown): Part => ({
  call,
  text: JSON.stringify({ failure: failureOf(failure) }),
  bytes: nothing,
});

/** The failure in an answer. */
export function failureIn({ text }: Part): Failure | undefined {
  if (!text.startsWith('{"failure"')) return undefined;
  return (JSON.parse(text) as { failure: Failure }).failure;
}

type Told = Omit<Answer, 'receipt'> | { readonly rejection: Rejection };

/** An answer to a signed message, as a part. */
export function partOf(call: number, answer: Result<Answer>): Part {
  if (!answer.ok) return { call, text: JSON.stringify(answer), bytes: nothing };
  const { receipt, ...told } = answer.value;
  const isPlain = told.status === 'posted' && !told.replayed;
  return { call, text: isPlain ? '' : JSON.stringify(told), bytes: receipt };
}

/** The answer again. */
export function answerOf({ text, bytes }: Part): Result<Answer> {
  if (text === '') {
    return { ok: true, value: { receipt: bytes, status: 'posted', replayed: false } };
  }
  const told = JSON.parse(text) as Told;
  if ('rejection' in told) return { ok: false, rejection: told.rejection };
  return { ok: true, value: { ...told, receipt: bytes } };
}

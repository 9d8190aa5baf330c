// pure
import { ALGORITHMS, assert } from '@coinbox/protocol';
import type { Algorithm } from '@coinbox/protocol';
import type { Check } from './present.ts';

// Checks on their way to another thread, in one buffer that is handed over and not copied: for each
// message the number of its checks (1 byte), then for each check its algorithm (1), the lengths of
// key (1), signature (2) and message (2), and these three.

const HEAD_BYTES = 6;

const sizeOf = ({ key, message, signature }: Check): number =>
  HEAD_BYTES + key.bytes.length + signature.length + message.length;

/** The checks of some messages in one buffer. */
export function packChecks(messages: readonly (readonly Check[])[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const checks of messages) {
    size += 1;
    for (const check of checks) size += sizeOf(check);
  }
  const packed = new Uint8Array(size);
  let at = 0;
  for (const checks of messages) {
    assert(checks.length < 256, 'a message holds few others');
    packed[at++] = checks.length;
    for (const check of checks) at = writeCheck(packed, at, check);
  }
  return packed;
}

function writeCheck(packed: Uint8Array, from: number, { key, message, signature }: Check): number {
  let at = from;
  packed[at++] = ALGORITHMS.indexOf(key.algorithm);
  packed[at++] = key.bytes.length;
  packed[at++] = signature.length >> 8;
  packed[at++] = signature.length & 255;
  packed[at++] = message.length >> 8;
  packed[at++] = message.length & 255;
  for (const part of [key.bytes, signature, message]) {
    packed.set(part, at);
    at += part.length;
  }
  return at;
}

/** The checks again, message by message, as windows on the buffer. */
export function unpackChecks(packed: Uint8Array): Check[][] {
  const messages: Check[][] = [];
  let at = 0;
  const byte = (): number => packed[at++] as number;
  const part = (length: number): Uint8Array => {
    at += length;
    return packed.subarray(at - length, at);
  };
  const check = (): Check => {
    const algorithm = ALGORITHMS[byte()] as Algorithm;
    const keyLength = byte();
    const signatureLength = byte() * 256 + byte();
    const messageLength = byte() * 256 + byte();
    const bytes = part(keyLength);
    const signature = part(signatureLength);
    return { key: { algorithm, bytes }, signature, message: part(messageLength) };
  };
  while (at < packed.length) messages.push(Array.from({ length: byte() }, check));
  return messages;
}

import { SALT_BYTES, assert, sha256, textBytes } from '@coinbox/protocol';

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const label = textBytes('coinbox/salt/');

/** Bytes of the secret of a log. */
export const SECRET_BYTES = 32;

/**
 * The salts of a log, by the index of an entry (from 1): the first 16 bytes of HMAC-SHA-256(secret,
 * "coinbox/salt/" ‖ index as 8 bytes, big-endian). Who has the secret can say what stands behind
 * every commitment; who has one salt knows that one.
 */
export function createSalts(secret: Uint8Array): (index: number) => Uint8Array {
  assert(secret.length === SECRET_BYTES, 'the secret of a log has 32 bytes');
  // RFC 2104, written out: the keyed blocks stay the same for every salt.
  const inner = new Uint8Array(BLOCK_BYTES + label.length + 8).fill(0x36, 0, BLOCK_BYTES);
  const outer = new Uint8Array(BLOCK_BYTES + HASH_BYTES).fill(0x5c, 0, BLOCK_BYTES);
  secret.forEach((byte, i) => {
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  });
  inner.set(label, BLOCK_BYTES);
  const counter = new DataView(inner.buffer, BLOCK_BYTES + label.length);
  return (index) => {
    counter.setUint32(0, Math.floor(index / 2 ** 32));
    counter.setUint32(4, index % 2 ** 32);
    outer.set(sha256(inner), BLOCK_BYTES);
    return sha256(outer).slice(0, SALT_BYTES);
  };
}

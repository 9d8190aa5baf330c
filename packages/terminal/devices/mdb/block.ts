// pure

/**
 * MDB/ICP 4.x §2.3: a block is its bytes and a checksum, the sum of all bytes before it, modulo
 * 256. The mode bit of the nine-bit bus is the business of the interface board.
 */
export const checksumOf = (bytes: Uint8Array): number =>
  bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);

export const withChecksum = (bytes: readonly number[]): Uint8Array =>
  Uint8Array.of(...bytes, checksumOf(Uint8Array.from(bytes)));

/** A block without its checksum; `undefined` where that is wrong. */
export function openBlock(block: Uint8Array): Uint8Array | undefined {
  const body = block.subarray(0, -1);
  return block.length > 1 && checksumOf(body) === block.at(-1) ? body : undefined;
}

/** Answers of one byte, which stand without a checksum. */
export const ACK = Uint8Array.of(0x00);
export const NAK = Uint8Array.of(0xff);
export const RET = 0xaa;

/** A block as a line of hexadecimal text, the way an interface board on a serial port has it. */
export const lineOf = (block: Uint8Array): string =>
  Array.from(block, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(' ');

/** The block of a line; `undefined` where it is none. At most 36 bytes, as on the bus. */
export function blockOf(line: string): Uint8Array | undefined {
  const words = line.trim().split(/\s+/);
  if (words.length > 36 || !words.every((word) => /^[0-9A-Fa-f]{2}$/.test(word))) return undefined;
  return Uint8Array.from(words, (word) => Number.parseInt(word, 16));
}

import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Messages in the order in which each sender may send them: a lane is one terminal, whose uploads
 * have no gap.
 */
export type Lanes = readonly (readonly Uint8Array[])[];

/** The file of the lanes of a prepared folder. */
export const LANES_FILE = 'lanes.bin';

/** As 32-bit counts and lengths, little-endian, each before what it counts. */
export function writeLanes(file: string, lanes: Lanes): void {
  const pieces: Uint8Array[] = [];
  const count = (value: number): void => {
    const piece = Buffer.alloc(4);
    piece.writeUInt32LE(value);
    pieces.push(piece);
  };
  count(lanes.length);
  for (const lane of lanes) {
    count(lane.length);
    for (const message of lane) {
      count(message.length);
      pieces.push(message);
    }
  }
  writeFileSync(file, Buffer.concat(pieces));
}

export function readLanes(file: string): Lanes {
  const all = readFileSync(file);
  let at = 0;
  const count = (): number => {
    at += 4;
    return all.readUInt32LE(at - 4);
  };
  const message = (): Uint8Array => {
    const length = count();
    at += length;
    return all.subarray(at - length, at);
  };
  return Array.from({ length: count() }, () => Array.from({ length: count() }, message));
}

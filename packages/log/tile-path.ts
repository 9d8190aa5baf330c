// pure
import { TILE_WIDTH } from './tile.ts';

// Names of tiles and entry bundles: c2sp.org/tlog-tiles.

/** A tile of hashes by its level, or a bundle of the leaves beside the tiles of level 0. */
export type TileName = {
  readonly level: number | 'entries';
  readonly number: number;
  /** Hashes or leaves in it, 1 to 256. */
  readonly width: number;
};

/** The number in groups of three digits, all but the last with an x: 1234067 is x001/x234/067. */
function numberPath(number: number): string {
  const groups: string[] = [];
  let [rest, mark] = [number, ''];
  do {
    groups.unshift(`${mark}${String(rest % 1000).padStart(3, '0')}`);
    [rest, mark] = [Math.floor(rest / 1000), 'x'];
  } while (rest > 0);
  return groups.join('/');
}

/** `tile/0/x001/234` or `tile/0/x001/234.p/17`, below the address of the log. */
export function tilePath({ level, number, width }: TileName): string {
  const part = width < TILE_WIDTH ? `.p/${width}` : '';
  return `tile/${level}/${numberPath(number)}${part}`;
}

const MAX_LEVEL = 63;
const pattern =
  /^tile\/([0-9]{1,2}|entries)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/;

/** What a path names; undefined for anything but the one way to write it. */
export function parseTilePath(path: string): TileName | undefined {
  const [, level, digits, width] = pattern.exec(path) ?? [];
  if (level === undefined || digits === undefined) return undefined;
  const name: TileName = {
    level: level === 'entries' ? level : Number(level),
    number: Number(digits.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const isLevel = name.level === 'entries' || name.level <= MAX_LEVEL;
  return isLevel && name.width >= 1 && tilePath(name) === path ? name : undefined;
}

const LENGTH_BYTES = 2;

/** An entry bundle: each leaf behind its length, 2 bytes big-endian. `leaves` are 32 bytes each. */
export function bundleOf(leaves: Uint8Array, leafBytes: number): Uint8Array {
  const count = leaves.length / leafBytes;
  const bundle = new Uint8Array(count * (LENGTH_BYTES + leafBytes));
  for (let i = 0; i < count; i++) {
    const at = i * (LENGTH_BYTES + leafBytes);
    bundle[at] = leafBytes >> 8;
    bundle[at + 1] = leafBytes & 255;
    bundle.set(leaves.subarray(i * leafBytes, (i + 1) * leafBytes), at + LENGTH_BYTES);
  }
  return bundle;
}

/** Arrays up to this length live in the heap of the engine and cost little. */
const ON_HEAP_BYTES = 64;
const SLAB_BYTES = 16_384;
/** What would leave too much of a slab unused gets memory of its own. */
const MOST_IN_SLAB = 4_096;

/** The slab that is being given out, from `used` on. Owned by takeBytes. */
let slab = new Uint8Array(SLAB_BYTES);
let used = 0;

/**
 * `length` zero bytes that nobody else has: a window on a larger buffer, so that `.buffer` must not
 * be taken for them. Memory of its own for every array costs more than filling it.
 */
export function takeBytes(length: number): Uint8Array<ArrayBuffer> {
  if (length <= ON_HEAP_BYTES || length > MOST_IN_SLAB) return new Uint8Array(length);
  if (used + length > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  used += length;
  return slab.subarray(used - length, used);
}

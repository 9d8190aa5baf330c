/**
 * The signed message in the memo of an entry (spec/11-issuer.md, Memo): the second of two byte
 * strings. Undefined where there is none, or the memo is not made so. A memo may pass the 4 KiB of
 * a message, so its outer array is read by hand.
 */
export function requestInMemo(memo: Uint8Array): Uint8Array | undefined {
  if (memo[0] !== 0x82) return undefined;
  const facts = byteString(memo, 1);
  const request = facts && byteString(memo, facts.next);
  if (!request || request.next !== memo.length || request.value.length === 0) return undefined;
  return request.value;
}

function byteString(
  bytes: Uint8Array,
  at: number,
): { readonly value: Uint8Array; readonly next: number } | undefined {
  const first = bytes[at];
  if (first === undefined || first >> 5 !== 2) return undefined;
  const low = first & 31;
  const width = low < 24 ? 0 : low === 24 ? 1 : 2;
  if (low > 25) return undefined;
  let length = width === 0 ? low : 0;
  for (let i = 1; i <= width; i++) length = length * 256 + (bytes[at + i] ?? 0);
  const from = at + 1 + width;
  if (from + length > bytes.length) return undefined;
  return { value: bytes.subarray(from, from + length), next: from + length };
}

import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { entryBytes } from '@coinbox/ledger';
import { sha256, sign1 } from '@coinbox/protocol';
import type { TestWallet } from '@coinbox/issuer/testing';
import { headerLine } from './history.ts';
import type { History } from './history.ts';

// What somebody can do to an export who has the issuer's disk, and the keys that a test lends him.

type Part = unknown;
type Fields = Map<number, Part>;

export const cbor = (value: unknown): Uint8Array => encode(value, rfc8949EncodeOptions);
export const uncbor = <T>(bytes: Uint8Array): T => decode(bytes, { useMaps: true }) as T;
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** The twelve parts of an entry by their names on page 20; `format` is the first. */
export type Parts = {
  format: number;
  index: number;
  id: string;
  code: string;
  status: string;
  fingerprint: Uint8Array;
  steps: (number | string)[][];
  claims: string[];
  series: (string | number)[];
  memo: Uint8Array;
  at: number;
  previous: Uint8Array;
};
const names = 'format index id code status fingerprint steps claims series memo at previous'.split(
  ' ',
);

export const partsOf = (bytes: Uint8Array): Parts =>
  Object.fromEntries(uncbor<Part[]>(bytes).map((part, at) => [names[at], part])) as Parts;

export const bytesOf = (parts: Parts): Uint8Array =>
  cbor(names.map((name) => parts[name as keyof Parts]));

/** Changes the facts of a memo, and what it carries. */
export function changeMemo(parts: Parts, change: (facts: Fields, request: Uint8Array) => unknown) {
  const [facts, request] = uncbor<[Uint8Array, Uint8Array]>(parts.memo);
  const fields = uncbor<Fields>(facts);
  const changed = change(fields, request);
  parts.memo = cbor([cbor(fields), changed instanceof Uint8Array ? changed : request]);
}

/** Changes the fields of a signed message, and signs it again where there is a key. */
export function changeMessage(
  message: Uint8Array,
  change: (fields: Fields) => void,
  by?: TestWallet,
  network = 'test-net',
): Uint8Array {
  const parts = uncbor<Uint8Array[]>(message.subarray(1));
  const fields = uncbor<Fields>(parts[2] as Uint8Array);
  change(fields);
  const typ = uncbor<Fields>(parts[0] as Uint8Array).get(16) as string;
  if (by) return sign1(network, typ, cbor(fields), by.signer);
  return Buffer.concat([Buffer.of(0xd2), cbor([parts[0], parts[1], cbor(fields), parts[3]])]);
}

/** What is done to a list of entries: each as its bytes. */
export type Change = (entries: Uint8Array[], history: History) => void;

/**
 * The export with the change. `rechain`: indexes and hashes are made to fit again, as an insider
 * would do it who writes the whole history anew.
 */
export function tampered(history: History, change: Change, rechain: boolean): string[] {
  const entries = history.entries.map((entry) => Uint8Array.from(entryBytes(entry)));
  change(entries, history);
  let head: Uint8Array = new Uint8Array(32);
  const chained = entries.map((bytes, at) => {
    if (!rechain) return bytes;
    const parts = partsOf(bytes);
    const linked = bytesOf({ ...parts, index: at + 1, previous: head });
    head = sha256(linked);
    return linked;
  });
  if (!rechain) head = (history.entries.at(-1) as { hash: Uint8Array }).hash;
  return [
    headerLine(history.fixture, chained.length),
    ...chained.map((bytes, at) =>
      JSON.stringify({ index: at + 1, entry: base64url(bytes), salt: null }),
    ),
    JSON.stringify({ end: chained.length, head: base64url(head) }),
  ];
}

/** Changes the parts of one entry. */
export const edit =
  (index: number, change: (parts: Parts, history: History) => unknown): Change =>
  (entries, history) => {
    const parts = partsOf(entries[index - 1] as Uint8Array);
    change(parts, history);
    entries[index - 1] = bytesOf(parts);
  };

/** Leaves entries out. */
export const drop =
  (...indexes: readonly number[]): Change =>
  (entries) => {
    for (const index of indexes.toSorted((a, b) => b - a)) entries.splice(index - 1, 1);
  };

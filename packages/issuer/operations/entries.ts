import type { Entry, Step } from '@coinbox/ledger';
import { accept, formatInstant, reject, toHex } from '@coinbox/protocol';
import type { Page, Result } from '@coinbox/protocol';
import { CODES } from '../codes.ts';
import type { Call, Context } from '../context.ts';
import { noQuery, pageOf, readPageQuery } from '../page.ts';
import { oneOf, toBase64url } from '../read.ts';
import { scanEntries } from './scan.ts';

/**
 * One entry of the log, whole: hashes in hexadecimal, the memo in base64url, amounts in minor
 * units.
 */
export type EntryJson = {
  readonly index: number;
  readonly id: string;
  readonly code: string;
  readonly status: 'posted' | 'refused';
  readonly refusal?: string;
  readonly at: string;
  readonly steps: readonly StepJson[];
  readonly claims: readonly string[];
  readonly sequence?: { readonly series: string; readonly number: number };
  readonly fingerprint: string;
  readonly memo: string;
  readonly previous_hash: string;
  readonly hash: string;
};
type StepJson = { readonly kind: Step['kind'] } & Readonly<Record<string, string | boolean>>;

const words = Object.values(CODES);

/** The log by rising index, all of it or one code. Rejects: parameter-…, cursor-invalid. */
export async function listEntries(
  { ledger, cursors }: Context,
  call: Call,
): Promise<Result<Page<EntryJson>>> {
  const asked = readPageQuery('entries', call.query, { code: oneOf(...words) }, cursors);
  if (!asked.ok) return asked;
  const { after, limit, filter, scope } = asked.value;
  const found = await scanEntries(ledger, [filter.code], after, limit, () => true);
  return accept(pageOf(found.items.map(entryJson), found.asOf, found.last, scope, cursors));
}

/** One entry. Rejects: parameter-…, not-found. */
export async function getEntry({ ledger }: Context, call: Call): Promise<Result<EntryJson>> {
  const query = noQuery(call.query);
  if (!query.ok) return query;
  if (!/^[1-9][0-9]{0,14}$/.test(call.parameter ?? '')) return reject('parameter-invalid', 'index');
  const entry = await ledger.entry(Number(call.parameter));
  return entry ? accept(entryJson(entry)) : reject('not-found');
}

const entryJson = (entry: Entry): EntryJson => ({
  index: entry.index,
  id: entry.id,
  code: entry.code,
  status: entry.status,
  ...(entry.refusal && { refusal: entry.refusal }),
  at: formatInstant(entry.at),
  steps: entry.steps.map(stepJson),
  claims: entry.claims,
  ...(entry.sequence && { sequence: entry.sequence }),
  fingerprint: toHex(entry.fingerprint),
  memo: toBase64url(entry.memo),
  previous_hash: toHex(entry.previousHash),
  hash: toHex(entry.hash),
});

function stepJson(step: Step): StepJson {
  const parts = Object.entries(step).map(([name, value]): [string, string | boolean] => [
    name === 'mayOverdraw' ? 'may_overdraw' : name,
    typeof value === 'bigint' ? value.toString() : (value as string | boolean),
  ]);
  return Object.fromEntries(parts) as StepJson;
}

import type { Entry } from '@coinbox/ledger';
import { NO_MONEY, accept, formatInstant, isRejectionCode, reject } from '@coinbox/protocol';
import type { Asset, MovementJson, Page, RejectionCode, Result } from '@coinbox/protocol';
import { CODES } from '../codes.ts';
import type { Call, Context } from '../context.ts';
import { decodeMemo } from '../memo.ts';
import type { Memo } from '../memo.ts';
import { pageOf, readPageQuery } from '../page.ts';
import { id, oneOf } from '../read.ts';
import type { Reader } from '../read.ts';
import { refusalOf } from '../receipts.ts';
import { scanEntries } from './scan.ts';

const code: Reader<RejectionCode> = (value) =>
  isRejectionCode(value) ? accept(value) : reject('parameter-invalid');

const filters = {
  terminal: id('wallet'),
  wallet: id('wallet'),
  status: oneOf('posted', 'refused'),
  code,
} as const;

type Line = { readonly entry: Entry; readonly memo: Memo };

/**
 * A list over the entries of some codes. Rejects: parameter-unknown, parameter-invalid,
 * cursor-invalid.
 */
const listOf =
  (name: string, codes: readonly string[], belongs: (entry: Entry) => boolean) =>
  async (context: Context, call: Call): Promise<Result<Page<MovementJson>>> => {
    const { ledger, cursors, asset } = context;
    const asked = readPageQuery(name, call.query, filters, cursors);
    if (!asked.ok) return asked;
    const { after, limit, filter, scope } = asked.value;
    const keep = (entry: Entry): boolean => {
      if (!belongs(entry)) return false;
      const line = { entry, memo: decodeMemo(entry.memo) };
      const { from, to } = line.memo;
      const terminal = entry.code === CODES.pay ? to : from;
      if (filter.terminal && terminal !== filter.terminal) return false;
      if (filter.wallet && from !== filter.wallet && to !== filter.wallet) return false;
      if (filter.status && entry.status !== filter.status) return false;
      return !filter.code || codeOf(line) === filter.code;
    };
    const { items, last, asOf } = await scanEntries(ledger, codes, after, limit, keep);
    const lines = items.map((entry) => movementJson(entry, asset));
    return accept(pageOf(lines, asOf, last, scope, cursors));
  };

/** A REFUSAL is always recorded; its code is what the terminal said. */
const codeOf = ({ entry, memo }: Line): RejectionCode | undefined =>
  entry.code === CODES.refusal ? memo.code : refusalOf(entry);

function movementJson(entry: Entry, asset: Asset): MovementJson {
  const memo = decodeMemo(entry.memo);
  const { amount = NO_MONEY, from, to, session, bill, mappingVersion } = memo;
  const said = codeOf({ entry, memo });
  return {
    id: entry.id.startsWith('park/') ? entry.id.slice('park/'.length) : entry.id,
    index: entry.index,
    at: formatInstant(entry.at),
    status: entry.status,
    ...(said && { code: said }),
    amount: amount.toString(),
    asset,
    ...(from && { from }),
    ...(to && { to }),
    ...(session && { session }),
    ...(bill && { bill }),
    ...(mappingVersion && { mapping_version: mappingVersion }),
  };
}

const all = (): boolean => true;

export const listPayments = listOf('payments', [CODES.pay], all);

/** Settlements that were posted or refused; what is parked is neither, yet. */
export const listSettlements = listOf(
  'settlements',
  [CODES.settle, CODES.park],
  ({ code: word, status }) => word === CODES.settle || status === 'refused',
);

/** All that went back to payers: by a REFUND, or by a VOID of an offer that was paid. */
export const listRefunds = listOf(
  'refunds',
  [CODES.refund, CODES.void],
  ({ code: word, steps }) => word === CODES.refund || steps.length > 0,
);

export const listRefusals = listOf('refusals', [CODES.refusal], all);

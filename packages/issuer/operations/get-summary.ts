import { MAX_PAGE } from '@coinbox/ledger';
import { accept } from '@coinbox/protocol';
import type { Result, SummaryJson } from '@coinbox/protocol';
import { ACCOUNT_PREFIX, FLOAT_PREFIX, ISSUANCE, LOSS_PREFIX } from '../accounts.ts';
import type { Call, Context } from '../context.ts';
import { noQuery } from '../page.ts';
import { tallyEntry } from '../registry/apply.ts';
import type { Tally } from '../registry/nouns.ts';

const prefixes = [
  ISSUANCE,
  ACCOUNT_PREFIX.payer,
  ACCOUNT_PREFIX.holding,
  ACCOUNT_PREFIX.settlement,
  ACCOUNT_PREFIX.provider,
  '',
  FLOAT_PREFIX,
  LOSS_PREFIX,
];
const MOST_TRIES = 50;

/** All the money there is, by kind of account. Rejects parameter-unknown. */
export async function getSummary(context: Context, call: Call): Promise<Result<SummaryJson>> {
  const query = noQuery(call.query);
  return query.ok ? accept(await summarize(context)) : query;
}

/**
 * Payers' floats are theirs, and what the issuer bears for offline payments is outstanding like
 * what it has issued. Sums as of one index: they are read again where a commit came between.
 * `difference` is a sum of all accounts of its own, so that it is right in any case.
 */
export async function summarize(context: Context): Promise<SummaryJson> {
  const { ledger, asset } = context;
  const read = () => Promise.all(prefixes.map((prefix) => ledger.sumOf(prefix, asset)));
  let sums = await read();
  for (let tries = 1; tries < MOST_TRIES; tries++) {
    if (sums.every(({ asOf }) => asOf === sums[0]?.asOf)) break;
    sums = await read();
  }
  const all = sums.map(({ balance }) => balance);
  const [issuance = 0n, payers = 0n, holding = 0n, settlement = 0n, providers = 0n] = all;
  const [difference = 0n, floats = 0n, losses = 0n] = all.slice(5);
  const asOf = Math.min(...sums.map((sum) => sum.asOf));
  return {
    asset,
    outstanding: (-issuance - losses).toString(),
    payers: (payers + floats).toString(),
    holding: holding.toString(),
    settlement: settlement.toString(),
    providers: providers.toString(),
    difference: difference.toString(),
    ...(await tallyAsOf(context, asOf)),
    as_of_index: asOf,
  };
}

/** The registry may be behind the sums, or ahead: what it has counted since is taken off. */
async function tallyAsOf({ ledger, registry, read }: Context, index: number): Promise<Tally> {
  if (registry.appliedIndex < index) await read();
  const { appliedIndex, tally } = registry;
  let since: Tally = { payments: 0, settlements: 0, refunds: 0 };
  for (let after = index; after < appliedIndex; after += MAX_PAGE) {
    const { items } = await ledger.entries({ after, limit: MAX_PAGE });
    since = items.filter((entry) => entry.index <= appliedIndex).reduce(tallyEntry, since);
  }
  return {
    payments: tally.payments - since.payments,
    settlements: tally.settlements - since.settlements,
    refunds: tally.refunds - since.refunds,
  };
}

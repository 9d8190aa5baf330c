import { accept } from '@coinbox/protocol';
import type { Result, SummaryJson } from '@coinbox/protocol';
import { ACCOUNT_PREFIX, ISSUANCE } from '../accounts.ts';
import type { Call, Context } from '../context.ts';
import { noQuery } from '../page.ts';

const prefixes = [
  ISSUANCE,
  ACCOUNT_PREFIX.payer,
  ACCOUNT_PREFIX.holding,
  ACCOUNT_PREFIX.settlement,
  ACCOUNT_PREFIX.provider,
  '',
];
const MOST_TRIES = 5;

/** All the money there is, by kind of account. Rejects parameter-unknown. */
export async function getSummary(context: Context, call: Call): Promise<Result<SummaryJson>> {
  const query = noQuery(call.query);
  return query.ok ? accept(await summarize(context)) : query;
}

/**
 * Sums as of one index: they are read again where a commit came between. `difference` is a sum of
 * all accounts of its own, so that it is right in any case.
 */
export async function summarize({ ledger, registry, asset }: Context): Promise<SummaryJson> {
  const read = () => Promise.all(prefixes.map((prefix) => ledger.sumOf(prefix, asset)));
  let sums = await read();
  for (let tries = 1; tries < MOST_TRIES; tries++) {
    if (sums.every(({ asOf }) => asOf === sums[0]?.asOf)) break;
    sums = await read();
  }
  const [issuance, payers, holding, settlement, providers, difference] = sums.map(
    ({ balance }) => balance,
  ) as [bigint, bigint, bigint, bigint, bigint, bigint];
  return {
    asset,
    outstanding: (-issuance).toString(),
    payers: payers.toString(),
    holding: holding.toString(),
    settlement: settlement.toString(),
    providers: providers.toString(),
    difference: difference.toString(),
    ...registry.tally,
    as_of_index: Math.min(...sums.map(({ asOf }) => asOf)),
  };
}

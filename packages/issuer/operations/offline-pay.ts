import { PAY, equalBytes, openEnvelope, paymentIdOf, sha256 } from '@coinbox/protocol';
import type { Instant, Pay, RefundId, Signed, WalletId } from '@coinbox/protocol';
import { floatOf, forkGroup, lossOf, offerClaim, payerSequenceClaim } from '../accounts.ts';
import { CODES } from '../codes.ts';
import type { Context } from '../context.ts';
import { decodeMemo } from '../memo.ts';
import type { Booking, OfflinePayFacts } from './decide-offline-pay.ts';

/** What the PAYs of one run do before the ledger has them. Owned by one run. */
export type RunDraft = {
  readonly sequences: Map<string, Signed<Pay>>;
  readonly forks: Set<string>;
  readonly offers: Set<string>;
  /** Minor units by account: taken from floats, and borne by the issuer. */
  readonly spent: Map<string, bigint>;
};

export const createRunDraft = (): RunDraft => ({
  sequences: new Map(),
  forks: new Set(),
  offers: new Set(),
  spent: new Map(),
});

const add = (sums: Map<string, bigint>, key: string, amount: bigint): void =>
  void sums.set(key, (sums.get(key) ?? 0n) + amount);

/** Takes a booking into the draft. */
export function noteBooking(draft: RunDraft, pay: Signed<Pay>, booking: Booking): void {
  const { payer, sequence, terminal, offerHash } = pay.body;
  const claim = payerSequenceClaim(payer, sequence);
  draft.offers.add(offerClaim(terminal, offerHash));
  if (!draft.sequences.has(claim)) draft.sequences.set(claim, pay);
  if (booking.groups.some(({ code }) => code === CODES.fork)) {
    draft.forks.add(forkGroup(payer, sequence));
  }
  add(draft.spent, floatOf(payer), booking.fromFloat);
  add(draft.spent, lossOf(terminal), booking.covered);
}

/** The facts of an offline PAY, as the ledger has them. */
export async function lookUpOfflinePay(
  context: Context,
  pay: Signed<Pay>,
): Promise<OfflinePayFacts> {
  const { ledger, registry, asset, clock } = context;
  const { body } = pay;
  const [known, sequenceTakenBy, offer, float, loss, forked, ended, missing] = await Promise.all([
    ledger.entryOf(paymentIdOf(pay)),
    otherPayOf(context, pay),
    offerOf(context, body),
    ledger.account(floatOf(body.payer)),
    ledger.account(lossOf(body.terminal)),
    ledger.outcome(forkGroup(body.payer, body.sequence)),
    endOfMapping(context, body),
    areMissing(context, body.offline?.credits ?? []),
  ]);
  return {
    asset,
    now: clock.now(),
    known,
    sequenceTakenBy,
    isForkKnown: forked !== undefined,
    payer: registry.wallet(body.payer),
    terminal: registry.wallet(body.terminal),
    mapping: registry.mapping(body.terminal, body.mappingVersion),
    mappingEndedAt: ended,
    offer,
    parameters: body.offline && registry.parameters(body.offline.parameters)?.body,
    newest: registry.newestParameters?.body,
    float: float?.balance ?? 0n,
    borne: -(loss?.balance ?? 0n),
    creditsMissing: missing,
  };
}

/** The same facts after what the run has done so far. */
export function withDraft(
  facts: OfflinePayFacts,
  { body, hash }: Signed<Pay>,
  draft: RunDraft,
): OfflinePayFacts {
  const spent = (account: string): bigint => draft.spent.get(account) ?? 0n;
  const drafted = draft.sequences.get(payerSequenceClaim(body.payer, body.sequence));
  const isOther = drafted && !equalBytes(drafted.hash, hash);
  const isTaken = draft.offers.has(offerClaim(body.terminal, body.offerHash));
  return {
    ...facts,
    sequenceTakenBy: isOther ? drafted : facts.sequenceTakenBy,
    isForkKnown: facts.isForkKnown || draft.forks.has(forkGroup(body.payer, body.sequence)),
    offer: isTaken ? 'taken' : facts.offer,
    float: facts.float - spent(floatOf(body.payer)),
    borne: facts.borne + spent(lossOf(body.terminal)),
  };
}

/** When the version after the one of a PAY came into force. */
async function endOfMapping(
  { ledger, registry }: Context,
  { terminal, mappingVersion }: Pay,
): Promise<Instant | undefined> {
  const next = registry.mapping(terminal, mappingVersion + 1);
  return next && (await ledger.entry(next.index))?.at;
}

/** The PAY that has used the sequence number of this one, where it is another. */
async function otherPayOf(
  { ledger }: Pick<Context, 'ledger'>,
  pay: Signed<Pay>,
): Promise<Pick<Signed<Pay>, 'hash' | 'bytes'> | undefined> {
  const claim = payerSequenceClaim(pay.body.payer, pay.body.sequence);
  const taker = await ledger.claim(claim);
  if (taker === undefined || taker === paymentIdOf(pay)) return undefined;
  const entry = await ledger.entryOf(taker);
  if (!entry) return undefined;
  const bytes = decodeMemo(entry.memo).request;
  const opened = openEnvelope(bytes);
  if (!opened.ok || opened.value.typ !== PAY.typ) return undefined;
  return { bytes, hash: sha256(opened.value.payload) };
}

async function offerOf(
  { ledger }: Pick<Context, 'ledger'>,
  { terminal, offerHash }: Pay,
): Promise<OfflinePayFacts['offer']> {
  const taker = await ledger.claim(offerClaim(terminal, offerHash));
  if (taker === undefined) return 'free';
  return taker.startsWith('pay_') ? 'taken' : 'voided';
}

async function areMissing(
  { ledger }: Pick<Context, 'ledger'>,
  credits: readonly RefundId[],
): Promise<boolean> {
  const found = await Promise.all(credits.map((credit) => ledger.outcome(credit)));
  return found.some((outcome) => outcome === undefined);
}

/** Who is locked for an offline PAY: its terminal and its payer. */
export const partiesOf = ({ terminal, payer }: Pay): readonly WalletId[] => [terminal, payer];

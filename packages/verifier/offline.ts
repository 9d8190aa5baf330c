// pure
import { derivedId, fromCbor, hex, sha256, toCbor, unhex } from './encoding.ts';
import { drawOf } from './floats.ts';
import type { Entry } from './ledger.ts';
import { claimOn, openMessage } from './messages.ts';
import type { Judged } from './operators.ts';
import { LOAD, PAY } from './shapes.ts';
import type { State } from './state.ts';

// What stands in the log for offline payments beside the payments (pages 11 and 18).

/** load, unload. */
function load(state: State, { request, at, code }: Entry): Judged {
  const { accounts, demand } = state;
  const { body, own, values } = openMessage(state, 'load', LOAD, request, at);
  const { payer, direction } = body;
  demand('role', own.wallet === payer, 'signed with the key of another wallet');
  const isBack = direction === '2';
  demand('payload', isBack || code === 'load', 'a load does not wait');
  const [wallet, float] = [`payer/${payer}`, `float/${payer}`];
  const has = accounts.get(float)?.balance ?? 0n;
  const isIn = isBack || has + BigInt(body.amount) <= BigInt(own.float?.cumulative ?? 0);
  demand('amount', isIn, 'more than the float may hold');
  const isLess = isBack && code === 'load' && has > 0n && has < BigInt(body.amount);
  const amount = isLess ? has : body.amount;
  const [debit, credit] = isBack ? [float, wallet] : [wallet, float];
  return { values: { ...values, amount, debit, credit, from: payer, to: payer } };
}

/** The wallet gives nothing any more. */
const freeze =
  ({ need, wallets }: State, wallet: string) =>
  () =>
    (need('standing', wallets.get(wallet), 'no such wallet').frozen = true);

/** Two PAYs of one wallet with one number and different content. */
function fork(state: State, { request, facts }: Entry): Judged {
  const { demand, reading, asset } = state;
  const parts = reading('message', () => fromCbor(request));
  const isPair = Array.isArray(parts) && parts.length === 2;
  demand('message', isPair, 'a fork has two messages');
  const [one, two] = (parts as [Uint8Array, Uint8Array]).map((bytes) =>
    openMessage(state, 'pay', PAY, bytes),
  ) as [Opened, Opened];
  const { payer: wallet, sequence } = two.body;
  const isOne = one.body.payer === wallet && one.body.sequence === sequence;
  const isOwn = one.own.wallet === wallet && two.own.wallet === wallet;
  demand('standing', isOne && isOwn && one.hash !== two.hash, 'they prove no double spending');
  const hash = hex(sha256(toCbor([unhex(one.hash), unhex(two.hash)])));
  const said = facts.subject === '' ? {} : { ...facts, asset, from: wallet };
  return { values: { ...said, hash, wallet, sequence }, note: freeze(state, wallet) };
}
type Opened = ReturnType<typeof openMessage<typeof PAY>>;

/** Of a PAY before it, of which the issuer has borne a part. */
function uncovered(state: State, { id: group }: Entry): Judged {
  const { need, demand, payments, asset } = state;
  const id = group.replace('uncovered/', '');
  const paid = need('standing', payments.get(id), 'of no payment');
  const { payer: wallet, terminal, hash, covered: amount } = paid;
  demand('standing', amount > 0n, 'the float has paid it');
  return { values: { id, hash, wallet, terminal, amount, asset }, note: freeze(state, wallet) };
}

/** An offline PAY whose terminal is gone: its offer is used up, or its money goes back. */
function reclaim(state: State, { request }: Entry): Judged {
  const { demand, need, wallets, holds, claims, payments } = state;
  const { body, own, hash } = openMessage(state, 'pay', PAY, request);
  const { payer: wallet, terminal, offerHash } = body;
  demand('role', own.wallet === wallet && body.offline !== '', 'no offline PAY of its own');
  const gone = need('payload', wallets.get(terminal), 'a payment to no wallet');
  demand('revoked', gone.revoked, 'the terminal may still come');
  const instant = unhex(BigInt(body.at).toString(16).padStart(12, '0'));
  const id = derivedId('pay', instant, unhex(hash));
  const claim = claimOn(terminal, offerHash);
  const left = [id, `cover/${id}`].flatMap((hold) => {
    const rest = holds.get(hold)?.remaining ?? 0n;
    return rest > 0n ? [drawOf(hold, terminal, `float/${wallet}`, rest)] : [];
  });
  const isBooked = payments.has(id);
  demand('refund', !isBooked || claims.get(claim) === id, 'the offer is of another payment');
  const burned = isBooked ? '' : claim;
  return { values: { id, hash, wallet, terminal, drawn: left.join('; '), burned } };
}

/** By code: the values that the group of an entry must have. All throw Broken. */
export const OFFLINE_MESSAGES = { load, unload: load, fork, uncovered, reclaim };

// pure
import { fromCbor, unhex } from './encoding.ts';
import { PART, read } from './shapes.ts';
import type { Facts } from './shapes.ts';
import type { State, Wallet } from './state.ts';

// How offline payments stand in the ledger (page 18).

/** What an offline PAY may come to at most: the limits under which it was signed. */
export function limitsOffline(state: State, part: string, { float }: Wallet): readonly string[] {
  const { need, demand, reading, parameters } = state;
  const limits = need('amount', float, 'a wallet that may not pay offline');
  const said = reading('message', () => read(PART, fromCbor(unhex(part))));
  const terms = need('payload', parameters.get(said.parameters), 'parameters that never were');
  const isIn =
    BigInt(said.spent) <= BigInt(limits.cumulative) && Number(said.count) <= Number(limits.count);
  demand('amount', isIn, 'over the offline limits of a wallet');
  return [limits.most, terms.perPayment];
}

/** An offline PAY is booked out of the float, and what that does not pay out of the loss. */
export function bookOffline(state: State, id: string, pay: Facts<'payer terminal amount'>) {
  const { accounts, parameters, demand, asset } = state;
  const { payer, terminal } = pay;
  const [float, loss, own] = [`float/${payer}`, `loss/${terminal}`, `holding/${terminal}`];
  const amount = BigInt(pay.amount);
  const has = accounts.get(float)?.balance ?? 0n;
  const paid = has < amount ? has : amount;
  const covered = amount - paid;
  const borne = covered - (accounts.get(loss)?.balance ?? 0n);
  const most = BigInt(parameters.get(`${parameters.size}`)?.cover ?? 0);
  demand('amount', covered === 0n || borne <= most, 'more is borne than the parameters say');
  const out = (from: string, hold: string, part: bigint): readonly string[] =>
    part > 0n ? [`4 ${from} ${own} ${part}`, `5 ${hold} ${own} ${part}`] : [];
  const opened = covered > 0n ? [`1 ${loss} ${asset} 1`] : [];
  const steps = [...out(float, id, paid), ...opened, ...out(loss, `cover/${id}`, covered)];
  return { steps: steps.join('; '), covered };
}

/** A draw of a REFUND: what the issuer has borne goes back to it, all else to the payer. */
export const drawOf = (hold: string, terminal: string, back: string, share: bigint): string =>
  `6 ${hold} ${hold.startsWith('cover/') ? `loss/${terminal}` : back} ${share}`;

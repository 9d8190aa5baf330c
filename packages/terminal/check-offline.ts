// pure
import { isStopped, reject } from '@coinbox/protocol';
import type { Instant, Parameters, Pay, Rejected, Signed } from '@coinbox/protocol';
import type { TerminalState } from './state.ts';

/** The parameters by which a terminal takes offline payments now; undefined where it takes none. */
export function offlineTerms(
  { heard }: Pick<TerminalState, 'heard'>,
  now: Instant,
): Parameters | undefined {
  const { epoch, heardAt, parameters } = heard;
  if (!epoch || heardAt === undefined || !parameters) return undefined;
  if (now > parameters.validUntil) return undefined;
  return now - heardAt <= parameters.silenceMs ? parameters : undefined;
}

/**
 * May this PAY be taken as money without asking the issuer? Its signature, and that it fits its
 * offer, have been checked. Rejects, in this order: offline-unavailable, offline-limit,
 * wallet-frozen, offline-stale, limit-transaction, id-reused.
 */
export function checkOffline(
  state: TerminalState,
  { body, signer }: Signed<Pay>,
  now: Instant,
): Rejected | undefined {
  const { epoch, lists } = state.heard;
  const { offline } = body;
  const { offline: limits } = signer.body;
  const parameters = offlineTerms(state, now);
  if (!parameters || !epoch)
    return reject('offline-unavailable', 'the issuer was not heard of late');
  if (!offline || offline.parameters !== parameters.number) return reject('offline-unavailable');
  if (!limits) return reject('offline-limit', 'the certificate has no limits for it');
  for (const list of lists.values()) {
    if (isStopped(list, limits.status)) return reject('wallet-frozen');
  }
  if (offline.epoch + limits.epochs < epoch.epoch) return reject('offline-stale');
  if (body.amount > limits.perPayment) return reject('limit-transaction');
  if (body.amount > parameters.perPayment) return reject('limit-transaction');
  if (offline.spent > limits.cumulative || offline.count > limits.count) {
    return reject('offline-limit', 'of the wallet');
  }
  const taken = [...state.unsynced.values()];
  const sum = taken.reduce((all, { amount }) => all + amount, 0n);
  if (taken.length >= parameters.count || sum + body.amount > parameters.exposure) {
    return reject('offline-unavailable', 'too much is to be brought to the issuer');
  }
  const isFork = taken.some(
    ({ payer, sequence }) => payer === body.payer && sequence === body.sequence,
  );
  return isFork ? reject('id-reused', 'the number was used for another payment here') : undefined;
}

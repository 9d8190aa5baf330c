import type { Certificate } from './certificate.ts';
import type { Id, IdKind } from './ids.ts';
import type { Signer } from './keys.ts';
import type { MessageType, Signed } from './message.ts';
import { EPOCH, EPOCH_MS, FORK, LOAD, PARAMETERS, STATUS_LIST, SYNC } from './messages/offline.ts';
import type { Accept } from './messages/accept.ts';
import { PAY } from './messages/pay.ts';
import type { Pay } from './messages/pay.ts';
import { money } from './money.ts';
import { chainOf } from './sync-run.ts';
import type { Instant } from './time.ts';

/** One who signs in the example. */
type Party = {
  readonly wallet: Id<'wallet'>;
  readonly signer: Signer;
  readonly certificate: Certificate;
};
type Parties = Readonly<Record<'payer' | 'holding' | 'authority', Party>>;

/** What the example makes its messages with. */
export type ExampleTools = {
  time(afterMs: number): Instant;
  bytes(name: string): Uint8Array;
  id<K extends IdKind>(kind: K, name: string, afterMs?: number): Id<K>;
  sign<T>(type: MessageType<T>, body: T, party: Party): Signed<T>;
};

const asset = 'CNY/2';
const DAY_MS = 86_400_000;

/**
 * The messages of offline payments: parameters, an epoch with its list, a load of 200.00 CNY, and
 * another PAY with the number of the one of the story, which makes a fork.
 */
export function exampleOffline(
  { payer, holding, authority }: Parties,
  { pay, accept }: { pay: Signed<Pay>; accept: Signed<Accept> },
  { time, bytes, id, sign }: ExampleTools,
) {
  const epoch = Math.floor(time(0) / EPOCH_MS);
  const parameters = sign(
    PARAMETERS,
    {
      number: 1,
      at: time(-DAY_MS),
      validUntil: time(29 * DAY_MS),
      asset,
      perPayment: money(10_000n),
      count: 50,
      exposure: money(200_000n),
      silenceMs: 7 * DAY_MS,
      cover: money(20_000n),
      coolOffMs: 8 * DAY_MS,
      claimMs: 7 * DAY_MS,
    },
    authority,
  );
  // Of the wallets 0 to 15 those with the numbers 1 and 11 are stopped.
  const status = sign(STATUS_LIST, { epoch, first: 0, bits: Uint8Array.of(2, 8) }, authority);
  const beacon = sign(
    EPOCH,
    { epoch, at: time(0), statusHash: bytes('status'), index: 8990, entryHash: bytes('entry') },
    authority,
  );
  const load = sign(
    LOAD,
    {
      sequence: 6,
      load: id('load', 'load'),
      payer: payer.wallet,
      amount: money(20_000n),
      asset,
      direction: 'load',
      at: time(0),
    },
    payer,
  );
  const second = sign(PAY, { ...pay.body, offerHash: bytes('another offer') }, payer);
  const run = [pay.bytes, accept.bytes];
  const sync = sign(
    SYNC,
    { sequence: 48, terminal: holding.wallet, count: run.length, head: chainOf(run) },
    holding,
  );
  const fork = sign(FORK, { sequence: 49, first: pay.bytes, second: second.bytes }, holding);
  return { load, sync, fork, parameters, epoch: beacon, status };
}

/** The PAY of the story as an offline payment that may rest on a refund. */
export const exampleOfflinePay = (
  pay: Signed<Pay>,
  party: Party,
  { id, time, sign }: ExampleTools,
): Signed<Pay> =>
  sign(
    PAY,
    {
      ...pay.body,
      offline: {
        parameters: 1,
        epoch: Math.floor(time(0) / EPOCH_MS),
        spent: pay.body.amount,
        count: 1,
        credits: [id('refund', 'earlier refund')],
      },
    },
    party,
  );

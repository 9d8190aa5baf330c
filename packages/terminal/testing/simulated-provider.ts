import { METER, RECEIPT, REFUSAL, equalBytes, openMessage, toHex, typOf } from '@coinbox/protocol';
import type { Bill, Meter, Signed, WalletId } from '@coinbox/protocol';
import type { Link, LinkHandler, MemoryLinks } from '@coinbox/link';
import type { ExampleParty } from '@coinbox/protocol/testing';
import { KIT_START, kitBill, kitBook, kitParties, kitTerminal } from './messages.ts';

/** A provider of one terminal that keeps what it gets, and bills a final METER. */
export interface SimulatedProvider {
  readonly link: Link;
  /** What came over the link, by class, each once, in order. */
  taken(typ: string): readonly Uint8Array[];
  /** Bills that are not acknowledged. */
  readonly unacknowledged: number;
  /** The bill for a final METER; `undefined` sends none. */
  billFor: (meter: Signed<Meter>) => Signed<Bill> | undefined;
  /** Sends any message, until it is acknowledged. */
  send(message: { readonly bytes: Uint8Array; readonly hash: Uint8Array }): void;
}

export function createSimulatedProvider(
  links: Pick<MemoryLinks, 'open'>,
  party: ExampleParty = kitParties.provider,
): SimulatedProvider {
  const book = kitBook();
  const taken: { typ: string; hash: string; bytes: Uint8Array }[] = [];
  let outbox: { peer: WalletId; hash: Uint8Array; bytes: Uint8Array }[] = [];
  const receive: LinkHandler['receive'] = (_from, bytes) => {
    const typ = typOf(bytes);
    if (!typ.ok) return 'durable';
    const type = [METER, RECEIPT, REFUSAL].find((one) => one.typ === typ.value);
    const opened = type && openMessage<unknown>(type, bytes, book, KIT_START);
    if (!opened?.ok) return 'durable';
    const hash = toHex(opened.value.hash);
    if (taken.some((one) => one.hash === hash)) return 'durable';
    taken.push({ typ: typ.value, hash, bytes: Uint8Array.from(bytes) });
    if (type === METER) {
      const meter = opened.value as Signed<Meter>;
      const bill = meter.body.final ? provider.billFor(meter) : undefined;
      if (bill) provider.send(bill);
    }
    return 'durable';
  };
  const link = links.open({
    side: 'provider',
    own: party.wallet,
    peers: 'any',
    certificates: [party.certificate.bytes],
    outbox: {
      pending: () => [...outbox],
      acknowledged: (_peer, hash) => {
        outbox = outbox.filter((one) => !equalBytes(one.hash, hash));
      },
    },
    handler: { receive },
  });
  const provider: SimulatedProvider = {
    link,
    taken: (typ) => taken.filter((one) => one.typ === typ).map(({ bytes }) => bytes),
    get unacknowledged() {
      return outbox.length;
    },
    billFor: ({ body: { session }, hash }) => kitBill({ session, meterHash: hash }, {}, party),
    send({ bytes, hash }) {
      outbox.push({ peer: kitTerminal, bytes, hash });
      link.wake();
    },
  };
  return provider;
}

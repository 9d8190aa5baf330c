import { randomBytes } from 'node:crypto';
import {
  BILL,
  METER,
  REFUSAL,
  assert,
  equalBytes,
  later,
  money,
  newId,
  openMessage,
  signMessage,
  softwareSigner,
} from '@coinbox/protocol';
import type { Bill, Certificate, SessionId, Signed, Signer, WalletId } from '@coinbox/protocol';
import { openMqttLink } from '@coinbox/link';
import type { LinkMessage } from '@coinbox/link';
import { openWallet } from '../enrol.ts';
import { bytesOf, clock, randomId, until } from './site.ts';
import type { Site } from './site.ts';

/** Who signs a bill. */
export type BillSigner = { readonly signer: Signer; readonly certificate: Certificate };

/** What a bill speaks of. */
export type Billed = {
  readonly session: SessionId;
  readonly terminal: WalletId;
  readonly tariffHash: Uint8Array;
  readonly meterHash: Uint8Array;
};

/**
 * The provider of a site, played by hand: it has the provider's keys and its place on the link, and
 * sends whatever a test wants.
 */
export type HandProvider = {
  readonly own: BillSigner;
  /** Another provider of the same issuer, to which nothing is mapped. */
  readonly stranger: BillSigner;
  /** The hash of the session's final METER, once it has come. */
  finalMeter(session: SessionId): Promise<Uint8Array>;
  send(bill: Signed<Bill>): void;
  /** The code of the terminal's signed REFUSAL of a bill. */
  refusalOf(bill: Signed<Bill>): Promise<string>;
  close(): Promise<void>;
};

/** Takes the place of the provider of a site that was started without one. */
export async function openHandProvider(site: Site): Promise<HandProvider> {
  const { signer, certificate, book } = site.providerFolder;
  const stranger = await enrolStranger(site);
  const waiting: LinkMessage[] = [];
  const received: Uint8Array[] = [];
  const link = openMqttLink({
    side: 'provider',
    own: site.provider,
    peers: 'any',
    url: site.broker.url,
    certificates: [certificate.bytes, stranger.certificate.bytes],
    outbox: {
      pending: (peer) => waiting.filter((one) => peer === undefined || one.peer === peer),
      acknowledged(_peer, hash) {
        const place = waiting.findIndex((one) => equalBytes(one.hash, hash));
        if (place >= 0) waiting.splice(place, 1);
      },
    },
    handler: {
      receive(_from, message, certificates) {
        for (const bytes of certificates) book.add(bytes, clock.now());
        received.push(message);
        return 'durable';
      },
    },
  });
  return {
    own: { signer, certificate },
    stranger,
    finalMeter: (session) =>
      until(async () => {
        const meters = received.map((bytes) => openMessage(METER, bytes, book, clock.now()));
        const final = meters.find(
          (one) => one.ok && one.value.body.session === session && one.value.body.final,
        );
        return final?.ok ? final.value.hash : undefined;
      }),
    send({ hash, bytes }) {
      waiting.push({ peer: site.terminal, hash, bytes });
      link.wake(site.terminal);
    },
    refusalOf: ({ hash }) =>
      until(async () => {
        const refusals = received.map((bytes) => openMessage(REFUSAL, bytes, book, clock.now()));
        const own = refusals.find((one) => one.ok && equalBytes(one.value.body.billHash, hash));
        return own?.ok ? own.value.body.code : undefined;
      }),
    close: () => link.close(),
  };
}

async function enrolStranger({ maker, providerFolder }: Site): Promise<BillSigner> {
  const signer = softwareSigner('EdDSA', randomBytes(32));
  const wallet = newId('wallet', clock.now(), randomId());
  const opened = await openWallet(maker, 'provider', wallet, signer.publicKey);
  const certificate = providerFolder.book.add(bytesOf(opened.certificate), clock.now());
  assert(certificate.ok, 'the issuer has certified it');
  return { signer, certificate: certificate.value };
}

let bills = 0;

/** A final bill of one line, good for a day; `change` makes it wrong. `amount`: minor units. */
export function makeBill(
  by: BillSigner,
  billed: Billed,
  amount: bigint,
  change: Partial<Bill> = {},
): Signed<Bill> {
  const now = clock.now();
  const net = money(amount);
  const line = { description: 'Energy', quantity: '1', unit: 'session', unitPrice: '1' };
  const body: Bill = {
    ...billed,
    sequence: (bills += 1),
    bill: newId('bill', now, randomId()),
    provider: by.certificate.body.wallet,
    asset: 'EUR/2',
    amount: net,
    lines: [{ ...line, net, tax: money(0n) }],
    final: true,
    issuedAt: now,
    validUntil: later(now, 86_400_000),
    ...change,
  };
  return signMessage(BILL, body, by.signer, by.certificate, 'e2e');
}

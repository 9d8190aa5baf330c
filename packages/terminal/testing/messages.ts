import {
  BILL,
  OFFER,
  PAY,
  RECEIPT,
  assert,
  encodeCarrierRequest,
  later,
  money,
  newId,
  sha256,
  signCertificate,
  textBytes,
} from '@coinbox/protocol';
import type {
  Bill,
  Instant,
  Money,
  Offer,
  Pay,
  Reading,
  Receipt,
  SessionId,
  Signed,
} from '@coinbox/protocol';
import {
  EXAMPLE_NETWORK,
  exampleBook,
  exampleBytes,
  exampleId,
  exampleMessage,
  exampleParties,
  exampleSigner,
  exampleTime,
} from '@coinbox/protocol/testing';
import type { ExampleParties, ExampleParty } from '@coinbox/protocol/testing';
import { canonicalTariff, parseTariff } from '@coinbox/tariff';
import { DEFAULT_BOUNDS } from '../state.ts';
import type { Bounds, SaleTerms, TerminalKeys } from '../state.ts';
import type { StepContext } from '../step-offer.ts';

// Fixed keys, certificates and messages. The story: 20.00 CNY paid in, 6.170 kWh at 2.00 a kWh
// delivered, 12.34 billed, 7.66 given back.

export const KIT_NETWORK = EXAMPLE_NETWORK;
export const KIT_START = exampleTime(0);
export const KIT_PAID: Money = money(2000n);
export const KIT_BILLED: Money = money(1234n);
export const KIT_REST: Money = money(766n);

/** 2.00 CNY a kWh, 13 % tax within. */
export const KIT_TARIFF = JSON.stringify({
  currency: 'CNY',
  tax_included: 'YES',
  time_zone: 'Asia/Shanghai',
  elements: [{ price_components: [{ type: 'ENERGY', price: 2, vat: 13, step_size: 1 }] }],
});

/** The hash by which offers and bills name a tariff document. */
export function tariffHashOf(document: string): Uint8Array {
  const tariff = parseTariff(document);
  assert(tariff.ok, 'the tariff of the kit can be read');
  return sha256(textBytes(canonicalTariff(tariff.value)));
}

export const KIT_TARIFF_HASH = tariffHashOf(KIT_TARIFF);

export const kitParties: ExampleParties = exampleParties();
const LONG_AGO = 0 as Instant;
const LONG_FROM_NOW = 4_102_444_800_000 as Instant;

/** The same wallets and keys with certificates that are good at any time, up to 2100. */
export function lastingParties(): ExampleParties {
  const { signer: authority } = kitParties.authority;
  const again = ([name, party]: [string, ExampleParty]): [string, ExampleParty] => {
    const body = { ...party.certificate.body, validFrom: LONG_AGO, validUntil: LONG_FROM_NOW };
    const by = name === 'authority' ? exampleSigner('root') : authority;
    return [name, { ...party, certificate: signCertificate(body, by, KIT_NETWORK) }];
  };
  return Object.fromEntries(Object.entries(kitParties).map(again)) as ExampleParties;
}

export const kitBook = () => exampleBook(kitParties);
export const kitTerminal = kitParties.holding.wallet;

/** Another party, certified by the same authority. */
export function kitStranger(role: 'payer' | 'provider', name = `other ${role}`): ExampleParty {
  const signer = exampleSigner(name);
  const { body } = kitParties[role].certificate;
  const wallet = exampleId('wallet', name);
  const { publicKey } = signer;
  const { signer: authority } = kitParties.authority;
  const certificate = signCertificate({ ...body, wallet, publicKey }, authority, KIT_NETWORK);
  return { wallet, signer, certificate };
}

export const kitKeys: TerminalKeys = {
  network: KIT_NETWORK,
  holding: kitParties.holding.signer,
  holdingCertificate: kitParties.holding.certificate,
  settlement: kitParties.settlement.signer,
  settlementCertificate: kitParties.settlement.certificate,
};

export const kitTerms: SaleTerms = {
  provider: kitParties.provider.wallet,
  mappingVersion: 3,
  asset: 'CNY/2',
  least: money(100n),
  most: money(20_000n),
  tariffHash: KIT_TARIFF_HASH,
};

/** What a step knows, so many milliseconds after the start. */
export const contextAt = (afterMs: number, bounds: Partial<Bounds> = {}): StepContext => ({
  keys: kitKeys,
  bounds: { ...DEFAULT_BOUNDS, ...bounds },
  now: exampleTime(afterMs),
});

/** An OFFER as the terminal would sign it, at the start. */
export const kitOffer = (over: Partial<Offer> = {}): Signed<Offer> =>
  exampleMessage(
    OFFER,
    {
      sequence: 1,
      offer: exampleId('offer', 'offer'),
      terminal: kitTerminal,
      ...kitTerms,
      validUntil: exampleTime(DEFAULT_BOUNDS.offerLifeMs),
      ...over,
    },
    kitParties.holding,
  );

/** A PAY of 20.00 for an offer. */
export const kitPay = (
  offerHash: Uint8Array,
  over: Partial<Pay> = {},
  by: ExampleParty = kitParties.payer,
): Signed<Pay> =>
  exampleMessage(
    PAY,
    {
      sequence: 1,
      offerHash,
      payer: kitParties.payer.wallet,
      terminal: kitTerminal,
      amount: KIT_PAID,
      asset: 'CNY/2',
      mappingVersion: 3,
      at: exampleTime(1_000),
      ...over,
    },
    by,
  );

/** A carrier request that brings a PAY. */
export const payRequest = (message: Uint8Array, party: ExampleParty = kitParties.payer) =>
  encodeCarrierRequest({ kind: 'pay', message, certificate: party.certificate.bytes });

export const askOffer = encodeCarrierRequest({ kind: 'ask-offer' });

/** 6.170 kWh in one hour, from `fromMs` on: 12.34 CNY. */
export const kitReadings = (fromMs = 0): readonly Reading[] => [
  { at: exampleTime(fromMs), phase: 'active', energyWh: 0n },
  { at: exampleTime(fromMs + 3_600_000), phase: 'idle', energyWh: 6170n },
];

/** What a bill rests on. */
export type Billed = { readonly session: SessionId; readonly meterHash: Uint8Array };

/** A BILL of 12.34 with one line. An `amount` alone makes a line of that amount. */
export function kitBill(
  on: Billed,
  over: Partial<Bill> = {},
  by: ExampleParty = kitParties.provider,
): Signed<Bill> {
  const amount = over.amount ?? KIT_BILLED;
  const line = { description: '充电 Energy', quantity: '6.170', unit: 'kWh', unitPrice: '2.00' };
  const issuedAt = over.issuedAt ?? exampleTime(2_000);
  const body: Bill = {
    sequence: 1,
    bill: newId('bill', issuedAt, exampleBytes('bill')),
    session: on.session,
    terminal: kitTerminal,
    provider: kitParties.provider.wallet,
    asset: 'CNY/2',
    amount,
    lines: [{ ...line, net: amount, tax: money(0n) }],
    tariffHash: KIT_TARIFF_HASH,
    meterHash: on.meterHash,
    final: true,
    issuedAt,
    validUntil: later(issuedAt as Instant, 86_400_000),
    ...over,
  };
  return exampleMessage(BILL, body, by);
}

/** The issuer's RECEIPT for a message. */
export const kitReceipt = (
  subject: { readonly hash: Uint8Array; readonly typ: string; readonly amount: Money },
  over: Partial<Receipt> = {},
  by: ExampleParty = kitParties.issuer,
): Signed<Receipt> =>
  exampleMessage(
    RECEIPT,
    {
      index: 1,
      subject: subject.hash,
      subjectTyp: subject.typ,
      result: 'posted',
      entryHash: exampleBytes('entry'),
      amount: subject.amount,
      asset: 'CNY/2',
      at: exampleTime(1_500),
      ...over,
    },
    by,
  );

import {
  METER,
  RECEIPT,
  REFUSAL,
  SETTLE,
  assert,
  money,
  sha256,
  textBytes,
} from '@coinbox/protocol';
import type { Bill, Meter, Reading, Receipt, Refusal, Signed } from '@coinbox/protocol';
import {
  EXAMPLE_NETWORK,
  exampleBytes,
  exampleId,
  exampleMessage,
  exampleParties,
  exampleSigner,
  exampleTime,
} from '@coinbox/protocol/testing';
import type { ExampleParty } from '@coinbox/protocol/testing';
import { canonicalTariff, parseTariff } from '@coinbox/tariff';
import type { Tariff } from '@coinbox/tariff';
import type { ProviderConfig } from '../config.ts';
import type { BillRecord } from '../state.ts';

// Fixed parties and messages for the tests of this package. 6.170 kWh at 2.00 a kWh, 13 % tax
// within: 12.34, of which 1.42 is tax.

export const kit = exampleParties();
export const kitTerminal = kit.holding.wallet;
export const kitProvider = kit.provider.wallet;
export const kitSession = exampleId('session', 'session');

export const KIT_TARIFF = JSON.stringify({
  currency: 'CNY',
  tax_included: 'YES',
  time_zone: 'Asia/Shanghai',
  elements: [{ price_components: [{ type: 'ENERGY', price: 2, vat: 13, step_size: 1 }] }],
});

export function readKitTariff(document: string = KIT_TARIFF): { tariff: Tariff; hash: Uint8Array } {
  const tariff = parseTariff(document);
  assert(tariff.ok, 'the tariff of the kit can be read');
  return { tariff: tariff.value, hash: sha256(textBytes(canonicalTariff(tariff.value))) };
}
export const kitTariff = readKitTariff();

/** Watt-hours on the register, an hour apart. */
export const kitReadings = (...registers: readonly number[]): readonly Reading[] =>
  registers.map((energyWh, at) => ({
    at: exampleTime(at * 3_600_000),
    phase: 'active',
    energyWh: BigInt(energyWh),
  }));

export const kitMeter = (
  over: Partial<Meter> = {},
  by: ExampleParty = kit.holding,
): Signed<Meter> =>
  exampleMessage(
    METER,
    {
      sequence: 1,
      session: kitSession,
      terminal: kitTerminal,
      number: 1,
      readings: kitReadings(0, 6170),
      final: true,
      tariffHash: kitTariff.hash,
      ...over,
    },
    by,
  );

/** The METERs of one session, chained: a reading in each, the last one final. */
export function kitMeters(
  registers: readonly number[],
  over: Partial<Meter> = {},
): readonly Signed<Meter>[] {
  const readings = kitReadings(...registers);
  const meters: Signed<Meter>[] = [];
  for (const [at, reading] of readings.entries()) {
    const previous = meters.at(-1)?.hash;
    meters.push(
      kitMeter({
        sequence: at + 1,
        number: at + 1,
        readings: [reading],
        final: at === readings.length - 1,
        ...(previous && { previous }),
        ...over,
      }),
    );
  }
  return meters;
}

/** A bill of 12.34 as the book has it. */
export const kitBill = (over: Partial<BillRecord> = {}): BillRecord => ({
  bill: exampleId('bill', 'bill'),
  session: kitSession,
  terminal: kitTerminal,
  hash: exampleBytes('bill'),
  amount: money(1234n),
  state: 'sent',
  issuedAt: exampleTime(0),
  ...over,
});

/** The issuer's RECEIPT of the settlement of a bill. */
export const kitReceipt = (
  { bill, amount }: Pick<BillRecord, 'bill' | 'amount'>,
  over: Partial<Receipt> = {},
  by: ExampleParty = kit.issuer,
): Signed<Receipt> =>
  exampleMessage(
    RECEIPT,
    {
      index: 77,
      subject: exampleBytes('settle'),
      subjectTyp: SETTLE.typ,
      result: 'posted',
      entryHash: exampleBytes('entry'),
      amount,
      asset: 'CNY/2',
      from: kitTerminal,
      to: kitProvider,
      at: exampleTime(9_000_000),
      bill,
      ...over,
    },
    by,
  );

/** The terminal's REFUSAL of a bill. */
export const kitRefusal = (
  bill: Pick<BillRecord, 'bill' | 'hash' | 'session'>,
  over: Partial<Refusal> = {},
  by: ExampleParty = kit.holding,
): Signed<Refusal> =>
  exampleMessage(
    REFUSAL,
    {
      sequence: 9,
      session: bill.session,
      terminal: kitTerminal,
      bill: bill.bill,
      billHash: bill.hash,
      code: 'bill-over-ceiling',
      ...over,
    },
    by,
  );

/** What a bill comes to, and whether its lines say the same. */
export const sumOfLines = ({ lines }: Pick<Bill, 'lines'>): bigint =>
  lines.reduce((sum, { net, tax }) => sum + net + tax, 0n);

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/**
 * The configuration of a provider whose key is `key`; the certificate comes from the example's
 * authority.
 */
export const kitConfig = (certificate: Uint8Array): ProviderConfig => ({
  network: EXAMPLE_NETWORK,
  asset: 'CNY/2',
  issuerUrl: 'http://127.0.0.1:1',
  brokerUrl: 'mqtt://127.0.0.1:1',
  root: { algorithm: 'EdDSA', bytes: base64(exampleSigner('root').publicKey.bytes) },
  certificates: [kit.authority, kit.issuer].map((party) => base64(party.certificate.bytes)),
  certificate: base64(certificate),
});

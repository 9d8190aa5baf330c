import { sha256 } from '#primitives';
import { textBytes } from './bytes.ts';
import { CertificateBook, signCertificate } from './certificate.ts';
import type { Certificate, CertificateBody, Role } from './certificate.ts';
import { idToBytes, newId } from './ids.ts';
import type { BillId, Id, IdKind } from './ids.ts';
import { decodeCbor } from './cbor.ts';
import type { CborMap } from './cbor.ts';
import { originOf, signCheckpoint } from './checkpoint.ts';
import { softwareSigner } from './keys.ts';
import type { Algorithm, Signer } from './keys.ts';
import { signMessage } from './message.ts';
import type { MessageType, Signed } from './message.ts';
import { ACCEPT, VOID } from './messages/accept.ts';
import { BILL, REFUSAL } from './messages/bill.ts';
import { METER } from './messages/meter.ts';
import { OFFER } from './messages/offer.ts';
import { PAY, paymentIdOf } from './messages/pay.ts';
import { RECEIPT } from './messages/receipt.ts';
import { DRAW, REFUND, SETTLE, settlementIdOf } from './messages/settle.ts';
import { money } from './money.ts';
import type { Money } from './money.ts';
import { assert } from './result.ts';
import type { Instant } from './time.ts';
import { exampleOffline } from './testing-offline.ts';
import type { ExampleTools } from './testing-offline.ts';
import { SALT_BYTES, encodeProof, rootOfProof, statementOf } from './tree-signature.ts';

// One charging session with every message of it, from fixed keys at fixed times: what the vectors
// in spec/ and the tests speak about. 20.00 CNY paid, 12.34 billed, 7.66 given back.

export const EXAMPLE_NETWORK = 'example';
/** 2026-03-01T08:00:00Z. */
export const EXAMPLE_START = 1_772_352_000_000 as Instant;
const NEW_YEAR_2026 = 1_767_225_600_000 as Instant;
const NEW_YEAR_2027 = 1_798_761_600_000 as Instant;
const NEW_YEAR_2036 = 2_082_758_400_000 as Instant;

/** Milliseconds after the start of the example. */
export const exampleTime = (afterMs: number): Instant => (EXAMPLE_START + afterMs) as Instant;

/** SHA-256 of `coinbox example ` and a name: the secret keys, hashes and random bytes used here. */
export const exampleBytes = (name: string): Uint8Array =>
  sha256(textBytes(`coinbox example ${name}`));

export const exampleSigner = (name: string, algorithm: Algorithm = 'EdDSA'): Signer =>
  softwareSigner(algorithm, exampleBytes(name));

/**
 * Signs RECEIPTs as the last leaf of a log whose other leaves nobody knows: of the path there, the
 * hashes are made up. `signer`: the key that signs the checkpoint.
 */
export const exampleLogSigner = (signer: Signer, network = EXAMPLE_NETWORK): Signer => ({
  publicKey: signer.publicKey,
  keyId: signer.keyId,
  sign: (toSign) => exampleProofAt(indexIn(toSign), toSign, signer, network),
});

/** The proof that a message is the last leaf, at this place, of the log of this key. */
export function exampleProofAt(
  index: number,
  toSign: Uint8Array,
  signer = exampleSigner('issuer', 'EdDSA-tree'),
  network = EXAMPLE_NETWORK,
): Uint8Array {
  const salt = exampleBytes(`salt ${index}`).slice(0, SALT_BYTES);
  const path = [...index.toString(2)]
    .filter((bit) => bit === '1')
    .map((_, i) => exampleBytes(`path ${index} ${i}`));
  const proof = { salt, index, size: index + 1, path, signature: new Uint8Array(64) };
  const root = rootOfProof(statementOf(toSign), proof);
  assert(root, 'a path of one hash for every bit of the index leads to a root');
  const checkpoint = { origin: originOf(network), size: proof.size, root };
  return encodeProof({ ...proof, signature: signCheckpoint(checkpoint, signer) });
}

/**
 * The leaf of a RECEIPT, from its Sig_structure: the index of its entry (key 2), less 1. 0 where it
 * is no RECEIPT.
 */
function indexIn(toSign: Uint8Array): number {
  const structure = decodeCbor(toSign);
  assert(structure.ok && Array.isArray(structure.value), 'a Sig_structure is an array');
  const payload = decodeCbor(structure.value[3] as Uint8Array);
  const index = payload.ok && (payload.value as CborMap).get?.(2);
  return typeof index === 'number' && index > 0 ? index - 1 : 0;
}

export const exampleId = <K extends IdKind>(kind: K, name: string, afterMs = 0): Id<K> =>
  newId(kind, exampleTime(afterMs), exampleBytes(name));

/** Who takes part: a wallet id, a key, and the certificate that ties them. */
export type ExampleParty = {
  readonly wallet: Id<'wallet'>;
  readonly signer: Signer;
  readonly certificate: Certificate;
};

type PartyName = 'authority' | 'issuer' | 'payer' | 'holding' | 'settlement' | 'provider';
export type ExampleParties = Readonly<Record<PartyName, ExampleParty>>;

/** The parties of the example. `algorithm` is that of the wallets; root to issuer are Ed25519. */
export function exampleParties(algorithm: Algorithm = 'EdDSA'): ExampleParties {
  const authority = exampleSigner('authority');
  const certified = (
    role: Role & PartyName,
    more: Partial<CertificateBody> = {},
    by = authority,
    signer = exampleSigner(role, algorithm),
  ): ExampleParty => {
    const body: CertificateBody = {
      wallet: exampleId('wallet', role, -3_600_000),
      role,
      publicKey: signer.publicKey,
      validFrom: NEW_YEAR_2026,
      validUntil: NEW_YEAR_2027,
      tier: 0,
      ...more,
    };
    return { wallet: body.wallet, signer, certificate: signCertificate(body, by, EXAMPLE_NETWORK) };
  };
  const holding = certified('holding');
  const long = { validUntil: NEW_YEAR_2036 };
  return {
    authority: certified('authority', long, exampleSigner('root'), authority),
    issuer: certified(
      'issuer',
      long,
      authority,
      exampleLogSigner(exampleSigner('issuer', 'EdDSA-tree')),
    ),
    payer: certified('payer', { limits: { perPayment: money(50_000n) } }),
    holding,
    settlement: certified('settlement', { terminal: holding.wallet }),
    provider: certified('provider'),
  };
}

/** A book that knows every certificate of the example. */
export function exampleBook(parties: ExampleParties): CertificateBook {
  const book = new CertificateBook(EXAMPLE_NETWORK, exampleSigner('root').publicKey);
  for (const { certificate } of Object.values(parties)) {
    assert(book.add(certificate.bytes, EXAMPLE_START).ok, 'the example is certified');
  }
  return book;
}

/** Signs a message as one of the parties. */
export const exampleMessage = <T>(type: MessageType<T>, body: T, party: ExampleParty): Signed<T> =>
  signMessage(type, body, party.signer, party.certificate, EXAMPLE_NETWORK);

const asset = 'CNY/2';
const session = exampleId('session', 'session', 2000);
const tariffHash = exampleBytes('tariff');
export const EXAMPLE_PAID: Money = money(2000n);
export const EXAMPLE_BILLED: Money = money(1234n);
export const EXAMPLE_REST: Money = money(766n);

/** OFFER, PAY, ACCEPT, and the VOID that the terminal signs in another run of the story. */
export function examplePayment(parties: ExampleParties) {
  const { payer, holding, provider } = parties;
  const terminal = holding.wallet;
  const offerId = exampleId('offer', 'offer');
  const offer = exampleMessage(
    OFFER,
    {
      sequence: 41,
      offer: offerId,
      terminal,
      provider: provider.wallet,
      mappingVersion: 3,
      asset,
      least: money(100n),
      most: money(20_000n),
      tariffHash,
      validUntil: exampleTime(300_000),
    },
    holding,
  );
  const pay = exampleMessage(
    PAY,
    {
      sequence: 7,
      offerHash: offer.hash,
      payer: payer.wallet,
      terminal,
      amount: EXAMPLE_PAID,
      asset,
      mappingVersion: 3,
      at: exampleTime(1500),
      previous: exampleBytes('previous pay'),
    },
    payer,
  );
  const accept = exampleMessage(
    ACCEPT,
    {
      sequence: 42,
      payHash: pay.hash,
      offer: offerId,
      session,
      held: EXAMPLE_PAID,
      journalHead: exampleBytes('journal'),
    },
    holding,
  );
  const voided = exampleMessage(
    VOID,
    { sequence: 42, offer: offerId, offerHash: offer.hash, terminal },
    holding,
  );
  return { offer, pay, accept, void: voided };
}

/** Two METERs, the BILL that rests on the second, and the REFUSAL of another run of the story. */
export function exampleDelivery(parties: ExampleParties) {
  const { holding, provider } = parties;
  const terminal = holding.wallet;
  const firstMeter = exampleMessage(
    METER,
    {
      sequence: 43,
      session,
      terminal,
      number: 1,
      readings: [{ at: exampleTime(3000), phase: 'active', energyWh: 0n, powerW: 6870n }],
      final: false,
      tariffHash,
    },
    holding,
  );
  const meter = exampleMessage(
    METER,
    {
      sequence: 44,
      session,
      terminal,
      number: 2,
      readings: [
        { at: exampleTime(3_603_000), phase: 'idle', energyWh: 6870n, powerW: 0n },
        { at: exampleTime(3_903_000), phase: 'idle', energyWh: 6870n },
      ],
      final: true,
      previous: firstMeter.hash,
      evidence: exampleBytes('OCMF record'),
      tariffHash,
    },
    holding,
  );
  const bill = exampleMessage(BILL, billBody(parties, meter.hash), provider);
  const refusal = exampleMessage(
    REFUSAL,
    {
      sequence: 45,
      session,
      terminal,
      bill: bill.body.bill,
      billHash: bill.hash,
      code: 'bill-over-ceiling',
    },
    holding,
  );
  return { firstMeter, meter, bill, refusal };
}

/** 6.870 kWh at 1.70 are 11.679; with 13 % tax within, 10.92 net and 1.42 tax: 12.34 in all. */
const billBody = ({ holding, provider }: ExampleParties, meterHash: Uint8Array) => ({
  sequence: 1009,
  bill: exampleId('bill', 'bill', 3_905_000),
  session,
  terminal: holding.wallet,
  provider: provider.wallet,
  asset: 'CNY/2' as const,
  amount: EXAMPLE_BILLED,
  lines: [
    {
      description: '充电 Energy',
      quantity: '6.870',
      unit: 'kWh',
      unitPrice: '1.5896',
      net: money(1092n),
      tax: money(142n),
    },
  ],
  tariffHash,
  meterHash,
  final: true,
  issuedAt: exampleTime(3_905_000),
  validUntil: exampleTime(3_905_000 + 86_400_000),
});

/** DRAW, SETTLE, REFUND of the rest, and the RECEIPT of the SETTLE. */
export function exampleSettlement(
  parties: ExampleParties,
  { pay }: Pick<ReturnType<typeof examplePayment>, 'pay'>,
  { bill }: Pick<ReturnType<typeof exampleDelivery>, 'bill'>,
) {
  const { payer, holding, settlement, provider } = parties;
  const both = { session, terminal: holding.wallet, asset } as const;
  const id = settlementIdOf(bill.body.bill, session);
  const payments = [paymentIdOf(pay)];
  const draw = exampleMessage(
    DRAW,
    {
      ...both,
      sequence: 46,
      draw: id,
      bill: bill.body.bill,
      billHash: bill.hash,
      settlementWallet: settlement.wallet,
      amount: EXAMPLE_BILLED,
      remaining: EXAMPLE_REST,
    },
    holding,
  );
  const settle = exampleMessage(
    SETTLE,
    {
      ...both,
      sequence: 12,
      settlement: id,
      amount: EXAMPLE_BILLED,
      settlementWallet: settlement.wallet,
      payer: payer.wallet,
      provider: provider.wallet,
      billHash: bill.hash,
      payments,
      draw: draw.bytes,
      bill: bill.bytes,
      upload: 23,
    },
    settlement,
  );
  const refund = exampleMessage(
    REFUND,
    {
      ...both,
      sequence: 47,
      refund: exampleId('refund', 'refund', 3_906_000),
      payer: payer.wallet,
      amount: EXAMPLE_REST,
      cause: 'rest',
      payments,
      upload: 24,
    },
    holding,
  );
  const receipt = exampleReceipt(parties, settle, bill.body.bill);
  return { draw, settle, refund, receipt };
}

/** The RECEIPT of a SETTLE that was posted. */
function exampleReceipt(parties: ExampleParties, settle: Signed<unknown>, bill: BillId) {
  const { holding, provider, issuer } = parties;
  return exampleMessage(
    RECEIPT,
    {
      index: 9001,
      subject: settle.hash,
      subjectTyp: SETTLE.typ,
      result: 'posted',
      entryHash: exampleBytes('entry'),
      amount: EXAMPLE_BILLED,
      asset,
      from: holding.wallet,
      to: provider.wallet,
      mappingVersion: 3,
      at: exampleTime(3_907_000),
      bill,
    },
    issuer,
  );
}

export { exampleOfflinePay } from './testing-offline.ts';
export const exampleTools: ExampleTools = {
  time: exampleTime,
  bytes: exampleBytes,
  id: exampleId,
  sign: exampleMessage,
};

/** Every message of the story, by the name of its class. */
export function exampleMessages(parties: ExampleParties = exampleParties()) {
  const payment = examplePayment(parties);
  const delivery = exampleDelivery(parties);
  return {
    ...payment,
    ...delivery,
    ...exampleSettlement(parties, payment, delivery),
    ...exampleOffline(parties, payment, exampleTools),
  };
}

/** The 16 bytes of an id of the example. */
export const exampleIdBytes = (kind: IdKind, name: string, afterMs = 0): Uint8Array =>
  idToBytes(exampleId(kind, name, afterMs));

import {
  EPOCH,
  EPOCH_MS,
  PARAMETERS,
  PAY,
  STATUS_LIST,
  accept,
  assert,
  concatBytes,
  decodeRun,
  money,
  openEnvelope,
  sha256,
  signCertificate,
  typOf,
} from '@coinbox/protocol';
import type {
  BeaconJson,
  CarrierRequest,
  Instant,
  Offer,
  OfflineLimits,
  OfflinePart,
  Parameters,
  Pay,
  RejectionCode,
  Signed,
} from '@coinbox/protocol';
import { exampleMessage } from '@coinbox/protocol/testing';
import type { ExampleParty } from '@coinbox/protocol/testing';
import { KIT_NETWORK, KIT_START, kitParties, kitReceipt } from './messages.ts';
import type { SimulatedIssuer } from './simulated-issuer.ts';

const DAY_MS = 86_400_000;
export const KIT_EPOCH = Math.floor(KIT_START / EPOCH_MS);

export const KIT_LIMITS: OfflineLimits = {
  perPayment: money(3_000n),
  cumulative: money(10_000n),
  count: 10,
  epochs: 1_008,
  status: 11,
};

/** The payer of the kit with a certificate for offline payments. */
export function offlinePayer(limits: Partial<OfflineLimits> = {}): ExampleParty {
  const { payer, authority } = kitParties;
  const body = { ...payer.certificate.body, offline: { ...KIT_LIMITS, ...limits } };
  return { ...payer, certificate: signCertificate(body, authority.signer, KIT_NETWORK) };
}

export const KIT_PARAMETERS: Parameters = {
  number: 1,
  at: KIT_START,
  validUntil: (KIT_START + 30 * DAY_MS) as Instant,
  asset: 'CNY/2',
  perPayment: money(2_500n),
  count: 3,
  exposure: money(5_000n),
  silenceMs: 7 * DAY_MS,
  cover: money(1_000n),
  coolOffMs: 8 * DAY_MS,
  claimMs: 7 * DAY_MS,
};

/** What the issuer of the kit says to all; `stopped` are the bits of wallets 0 to 15. */
export function kitNews(
  change: Partial<Parameters> = {},
  epoch = KIT_EPOCH,
  stopped: readonly [number, number] = [0, 0],
) {
  const { authority, holding } = kitParties;
  const list = exampleMessage(
    STATUS_LIST,
    { epoch, first: 0, bits: Uint8Array.from(stopped) },
    authority,
  );
  const parameters = exampleMessage(PARAMETERS, { ...KIT_PARAMETERS, ...change }, authority);
  const statusHash = sha256(concatBytes(list.hash));
  const body = { epoch, at: KIT_START, statusHash, index: 1, entryHash: holding.certificate.hash };
  return { epoch: exampleMessage(EPOCH, body, authority), lists: [list], parameters };
}

export const kitBeacon = (news = kitNews()): BeaconJson => ({
  epoch: text(news.epoch.bytes),
  parameters: text(news.parameters.bytes),
  status: news.lists.map(({ bytes }) => text(bytes)),
  as_of_index: 1,
});
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** A PAY out of the float, as far as the terminal can see. */
export const offlinePay = (
  offer: { readonly body: Offer; readonly hash: Uint8Array },
  amount: bigint,
  change: Partial<Pay> = {},
  part: Partial<OfflinePart> = {},
  payer = offlinePayer(),
): Signed<Pay> =>
  exampleMessage(
    PAY,
    {
      sequence: 1,
      offerHash: offer.hash,
      payer: payer.wallet,
      terminal: offer.body.terminal,
      amount: money(amount),
      asset: offer.body.asset,
      mappingVersion: offer.body.mappingVersion,
      at: KIT_START,
      offline: {
        parameters: offer.body.parameters ?? 1,
        epoch: KIT_EPOCH,
        spent: money(amount),
        count: 1,
        ...part,
      },
      ...change,
    },
    payer,
  );

export const payRequest = (pay: Signed<Pay>, payer = offlinePayer()): CarrierRequest => ({
  kind: 'pay',
  message: pay.bytes,
  certificate: payer.certificate.bytes,
});

/** A run as it came: the classes of its messages. */
export type SeenRun = readonly string[];

/**
 * Lets a simulated issuer take runs. Each upload of one is answered as it would be alone; a PAY is
 * booked with its receipt. `stop` says at which class a run stops, and why.
 */
export function takeRuns(issuer: SimulatedIssuer) {
  const seen: SeenRun[] = [];
  const taking = {
    seen,
    stop: undefined as readonly [typ: string, code: RejectionCode] | undefined,
    beacon: kitBeacon() as BeaconJson | undefined,
  };
  const answers = new Map<string, Uint8Array>();
  issuer.beacon = async () => {
    assert(taking.beacon, 'the issuer says nothing');
    return accept(taking.beacon);
  };
  issuer.submitRun = async (body) => {
    const run = decodeRun(body);
    assert(run.ok, 'a terminal sends runs');
    const typs = run.value.map(typName);
    seen.push(typs);
    const receipts: Uint8Array[] = [];
    for (const [at, bytes] of run.value.entries()) {
      const typ = typs[at] as string;
      if (typ === taking.stop?.[0]) return accept({ receipts, stopped: taking.stop[1] });
      if (typ === 'sync' || typ === 'accept') continue;
      receipts.push(answerOf(bytes, `coinbox.${typ}`, answers));
    }
    return accept({ receipts });
  };
  return taking;
}

const typName = (bytes: Uint8Array): string => {
  const typ = typOf(bytes);
  return typ.ok ? typ.value.slice('coinbox.'.length) : '';
};

/** The same message gets the same receipt. */
function answerOf(bytes: Uint8Array, typ: string, answers: Map<string, Uint8Array>): Uint8Array {
  const opened = openEnvelope(bytes);
  assert(opened.ok, 'a terminal sends messages');
  const hash = sha256(opened.value.payload);
  const key = Buffer.from(hash).toString('hex');
  const known = answers.get(key);
  if (known) return known;
  const receipt = kitReceipt({ hash, typ, amount: money(1n) }, { index: answers.size + 1 }).bytes;
  answers.set(key, receipt);
  return receipt;
}

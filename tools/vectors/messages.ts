import {
  MESSAGES,
  RECEIPT,
  completeSign1,
  decodeCbor,
  decodeProof,
  encodeCarrierReply,
  encodeCarrierRequest,
  encodeCbor,
  encodeLinkEnvelope,
  encodeProof,
  openEnvelope,
  prepareMessage,
  sign1,
  toHex,
} from '@coinbox/protocol';
import type {
  CarrierReply,
  CarrierRequest,
  CborMap,
  CborValue,
  LinkEnvelope,
  Receipt,
  Signed,
  Signer,
  TreeProof,
} from '@coinbox/protocol';
import {
  EXAMPLE_NETWORK,
  EXAMPLE_PAID,
  EXAMPLE_START,
  exampleMessage,
  exampleMessages,
  exampleOfflinePay,
  exampleParties,
  exampleProofAt,
  exampleSigner,
  exampleTools,
} from '@coinbox/protocol/testing';
import { diagnosticOf, jsonOf, refused, taken } from './case.ts';
import type { Case } from './case.ts';
import { storedEs256 } from './stored-es256.ts';

type MessageCase = Case & {
  /** The class that the receiver expects. */
  readonly typ: string;
  /** When it is checked, where not at `now`. */
  readonly now?: number;
};

const parties = exampleParties();
const messages = exampleMessages(parties);

/** What a receiver has to read in a message, and the hash by which others name it. */
export const messageValue = ({ body, hash }: Signed<unknown>, payload: Uint8Array) => ({
  body: jsonOf(body),
  hash: toHex(hash),
  payload: diagnosticOf(payload),
});

const payloadOf = (bytes: Uint8Array): Uint8Array => {
  const opened = openEnvelope(bytes);
  if (!opened.ok) throw new Error('the example opens');
  return opened.value.payload;
};

const fieldsOf = (bytes: Uint8Array): Map<number, CborValue> => {
  const decoded = decodeCbor(payloadOf(bytes));
  if (!decoded.ok) throw new Error('the example decodes');
  return new Map(decoded.value as CborMap);
};

/**
 * A message with some fields of its payload changed (undefined: left out), signed as it should be.
 */
function changed(
  name: keyof typeof MESSAGES,
  fields: Readonly<Record<number, CborValue | undefined>>,
  signer: Signer = signerOf(name),
): Uint8Array {
  const map = fieldsOf(messages[name].bytes);
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) map.delete(Number(key));
    else map.set(Number(key), value);
  }
  return sign1(EXAMPLE_NETWORK, `coinbox.${name}`, encodeCbor(map), signer);
}

const signerOf = (name: keyof typeof MESSAGES): Signer => {
  const { role } = messages[name].signer.body;
  return parties[role as keyof typeof parties].signer;
};

const valid = (name: string, message: Signed<unknown>): MessageCase => {
  const opened = openEnvelope(message.bytes);
  if (!opened.ok) throw new Error('the example opens');
  const value = messageValue(message, opened.value.payload);
  return { ...taken(name, message.bytes, value), typ: opened.value.typ };
};

/** The answers to a PAY that came second, and to a SETTLE for a frozen provider. */
function otherReceipts(): readonly MessageCase[] {
  const { pay, receipt } = messages;
  const { index, entryHash, asset, at } = receipt.body;
  const refusal: Receipt = {
    index,
    entryHash,
    asset,
    at,
    subject: pay.hash,
    subjectTyp: 'coinbox.pay',
    result: 'refused',
    code: 'offer-taken',
    amount: EXAMPLE_PAID,
    from: parties.payer.wallet,
    to: parties.holding.wallet,
  };
  const parked: Receipt = { ...receipt.body, result: 'parked', code: 'settlement-parked' };
  return [
    valid('receipt, refused', exampleMessage(RECEIPT, refusal, parties.issuer)),
    valid('receipt, parked', exampleMessage(RECEIPT, parked, parties.issuer)),
  ];
}

/** A payload that is not canonical, signed all the same. */
const notCanonical = (): Uint8Array => {
  const payload = payloadOf(messages.pay.bytes);
  // The count of the map in two bytes instead of one.
  const longer = Uint8Array.of(0xb8, (payload[0] as number) & 31, ...payload.subarray(1));
  return sign1(EXAMPLE_NETWORK, 'coinbox.pay', longer, parties.payer.signer);
};

const bad = (
  name: string,
  bytes: Uint8Array,
  code: string,
  typ = 'coinbox.pay',
  now?: number,
): MessageCase => ({ ...refused(name, bytes, code), typ, ...(now !== undefined && { now }) });

/** What is wrong with a message as a whole. */
function invalidMessages(): readonly MessageCase[] {
  const { pay, settle } = messages;
  const validUntil = parties.payer.certificate.body.validUntil;
  const elsewhere = sign1('another', 'coinbox.pay', payloadOf(pay.bytes), parties.payer.signer);
  const byProvider = (name: keyof typeof MESSAGES) => changed(name, {}, parties.provider.signer);
  return [
    bad('PAY cut off', pay.bytes.subarray(0, -1), 'malformed-truncated'),
    bad('PAY and a byte', Uint8Array.of(...pay.bytes, 0), 'malformed-trailing'),
    bad('PAY not canonical', notCanonical(), 'malformed-noncanonical'),
    bad('PAY of another network', elsewhere, 'signature-invalid'),
    bad('PAY by a provider', byProvider('pay'), 'key-wrong-role'),
    bad('PAY after the certificate', pay.bytes, 'key-expired', 'coinbox.pay', validUntil),
    bad('SETTLE as REFUND', settle.bytes, 'signature-invalid', 'coinbox.refund'),
    bad('SETTLE by a provider', byProvider('settle'), 'key-wrong-role', 'coinbox.settle'),
    bad('RECEIPT by a provider', byProvider('receipt'), 'key-wrong-role', 'coinbox.receipt'),
  ];
}

/** The RECEIPT with other parts of its proof. */
const proven = (change: (proof: TreeProof) => Partial<TreeProof>): Uint8Array => {
  const opened = openEnvelope(messages.receipt.bytes);
  const proof = opened.ok ? decodeProof(opened.value.signature) : undefined;
  if (!opened.ok || !proof) throw new Error('the example opens');
  const unsigned = { ...opened.value, toSign: new Uint8Array() };
  return completeSign1(unsigned, encodeProof({ ...proof, ...change(proof) }));
};

const flipped = (bytes: Uint8Array | undefined): Uint8Array =>
  (bytes as Uint8Array).map((byte, i) => (i === 3 ? byte ^ 1 : byte));

/** A RECEIPT that stands in the log, but not where its index says. */
function misplaced(): Uint8Array {
  const { signer } = parties.issuer;
  const unsigned = prepareMessage(RECEIPT, messages.receipt.body, signer, EXAMPLE_NETWORK);
  return completeSign1(unsigned, exampleProofAt(1, unsigned.toSign));
}

const invalidProofs = (): readonly MessageCase[] =>
  (
    [
      ['a bit of the salt flipped', proven(({ salt }) => ({ salt: flipped(salt) }))],
      [
        'a bit of the path flipped',
        proven(({ path }) => ({ path: [flipped(path[0]), ...path.slice(1)] })),
      ],
      ['a hash of the path left out', proven(({ path }) => ({ path: path.slice(1) }))],
      [
        'a hash more in the path',
        proven(({ path, salt }) => ({
          path: [...path, new Uint8Array(32).fill(salt[0] as number)],
        })),
      ],
      ['another place', proven(({ index }) => ({ index: index - 1 }))],
      ['a larger tree', proven(({ size }) => ({ size: size + 1 }))],
      [
        'a bit of the signature flipped',
        proven(({ signature }) => ({ signature: flipped(signature) })),
      ],
      ['a short salt', proven(({ salt }) => ({ salt: salt.subarray(1) }))],
      ['the place of another entry', misplaced()],
    ] as const
  ).map(([title, bytes]) =>
    bad(`RECEIPT with ${title}`, bytes, 'signature-invalid', 'coinbox.receipt'),
  );

type Change = readonly [
  message: keyof typeof MESSAGES,
  title: string,
  fields: Readonly<Record<number, CborValue | undefined>>,
  code: string,
];

/** Single fields that are wrong; `undefined` leaves one out. */
const changes: readonly Change[] = [
  ['settle', 'with a destination', { 16: new Uint8Array(16) }, 'malformed-unknown-field'],
  ['receipt', 'without its subject', { 3: undefined }, 'malformed-missing-field'],
  ['receipt', 'with result 4', { 5: 4 }, 'malformed-value'],
  ['receipt', 'with a short bill', { 14: new Uint8Array(15) }, 'malformed-value'],
  ['pay', 'of version 0', { 1: 0 }, 'unsupported-version'],
  ['pay', 'of version 2', { 1: 2 }, 'unsupported-version'],
  ['pay', 'of version 2^31', { 1: 2 ** 31 }, 'unsupported-version'],
  ['pay', 'without a version', { 1: undefined }, 'malformed-missing-field'],
  ['pay', 'without an amount', { 6: undefined }, 'malformed-missing-field'],
  ['pay', 'with another field', { 12: 0 }, 'malformed-unknown-field'],
  ['pay', 'of nothing', { 6: 0 }, 'amount-zero'],
  ['pay', 'of -1', { 6: -1 }, 'amount-negative'],
  ['pay', 'of 2^63', { 6: 2n ** 63n }, 'amount-out-of-range'],
  ['pay', 'of text', { 6: '2000' }, 'malformed-type'],
  ['pay', 'in XXY', { 7: 'XXY/2' }, 'currency-unknown'],
  ['pay', 'in yen with decimals', { 7: 'JPY/2' }, 'currency-exponent'],
  ['pay', 'with sequence 0', { 2: 0 }, 'malformed-value'],
  ['pay', 'with a short hash', { 3: new Uint8Array(31) }, 'malformed-value'],
  ['pay', 'with an id as text', { 4: 'wal_01ARZ3NDEKTSV4RRFFQ69G5FAV' }, 'malformed-type'],
];

const invalidFields = (): readonly MessageCase[] =>
  changes.map(([name, title, fields, code]) =>
    bad(`${name.toUpperCase()} ${title}`, changed(name, fields), code, `coinbox.${name}`),
  );

const one = Uint8Array.of(1);
const request = (name: string, value: CarrierRequest) =>
  ({ ...taken(name, encodeCarrierRequest(value), jsonOf(value)), envelope: 'request' }) as const;
const reply = (name: string, value: CarrierReply) =>
  ({ ...taken(name, encodeCarrierReply(value), jsonOf(value)), envelope: 'reply' }) as const;
const link = (name: string, value: LinkEnvelope) =>
  ({ ...taken(name, encodeLinkEnvelope(value), jsonOf(value)), envelope: 'link' }) as const;
const wrong = (
  name: string,
  envelope: 'request' | 'reply' | 'link',
  fields: readonly (readonly [number, CborValue])[],
  code: string,
) => ({ ...refused(name, encodeCbor(new Map(fields)), code), envelope });

function envelopeCases() {
  const { pay, offer, accept, bill, meter } = messages;
  const { authority, holding, payer, provider } = parties;
  const certificates = [authority.certificate.bytes, holding.certificate.bytes];
  return [
    request('ask for an offer', { kind: 'ask-offer', amount: EXAMPLE_PAID, asset: 'CNY/2' }),
    request('pay', { kind: 'pay', message: pay.bytes, certificate: payer.certificate.bytes }),
    request('ask how it stands', { kind: 'ask-session', payHash: pay.hash }),
    reply('an offer', { kind: 'offer', messages: [offer.bytes], certificates }),
    reply('accepted', {
      kind: 'session',
      messages: [accept.bytes],
      certificates: [],
      stage: 'accepted',
    }),
    reply('void', { kind: 'voided', messages: [messages.void.bytes], certificates: [] }),
    reply('wait', { kind: 'wait', messages: [], certificates: [], afterMs: 500 }),
    reply('refused', { kind: 'refused', messages: [], certificates: [], code: 'offer-taken' }),
    link('a METER', { message: meter.bytes, certificates, acknowledged: [] }),
    link('a BILL and an acknowledgement', {
      message: bill.bytes,
      certificates: [provider.certificate.bytes],
      acknowledged: [meter.hash],
    }),
    link('an acknowledgement alone', { certificates: [], acknowledged: [bill.hash] }),
    wrong(
      'version 2',
      'request',
      [
        [1, 2],
        [2, 1],
      ],
      'unsupported-version',
    ),
    wrong(
      'pay without a certificate',
      'request',
      [
        [1, 1],
        [2, 2],
        [3, one],
      ],
      'malformed-missing-field',
    ),
    wrong(
      'an unknown kind',
      'reply',
      [
        [1, 1],
        [2, 6],
        [3, []],
        [4, []],
      ],
      'malformed-value',
    ),
    wrong(
      'four certificates',
      'link',
      [
        [1, 1],
        [3, [one, one, one, one]],
        [4, []],
      ],
      'malformed-value',
    ),
  ];
}

/** spec/vectors/messages.json. */
export function messageVectors() {
  const names = Object.keys(messages) as (keyof typeof messages)[];
  return {
    about:
      'Messages: spec/04-messages.md. Opened at `now` as class `typ` by one who has the' +
      ' `certificates`. `envelopes`: spec/06-carrier-and-link.md.',
    network: EXAMPLE_NETWORK,
    now: EXAMPLE_START,
    root: toHex(exampleSigner('root').publicKey.bytes),
    certificates: [
      ...Object.values(parties).map(({ certificate }) => toHex(certificate.bytes)),
      ...storedEs256.certificates.map(({ hex }) => hex),
    ],
    cases: [
      ...names.map((name) => valid(name, messages[name])),
      ...otherReceipts(),
      valid('pay, offline', exampleOfflinePay(messages.pay, parties.payer, exampleTools)),
      ...storedEs256.messages,
      ...invalidMessages(),
      ...invalidFields(),
      ...invalidProofs(),
    ],
    envelopes: envelopeCases(),
  };
}

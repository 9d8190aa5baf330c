import {
  Fault,
  MAX_MESSAGE_BYTES,
  PAY,
  REFUND,
  REFUSAL,
  SETTLE,
  VOID,
  accept,
  assert,
  openEnvelope,
  readVerified,
  reject,
  sameKey,
  verifySigner,
} from '@coinbox/protocol';
import type {
  ApiOperationName,
  Asset,
  Certificate,
  Clock,
  MessageType,
  NetworkId,
  PublicKey,
  ReceiptResult,
  RejectionCode,
  Result,
  Signed,
  Signer,
  SummaryJson,
} from '@coinbox/protocol';
import type { Ledger } from '@coinbox/ledger';
import type { DatabaseSync } from 'node:sqlite';
import { ISSUANCE } from './accounts.ts';
import { API } from './operations/api.ts';
import type { Api } from './operations/api.ts';
import { CODES } from './codes.ts';
import { post } from './context.ts';
import type { Call, Context, Posted } from './context.ts';
import { createCursors } from './cursor.ts';
import { createLocks } from './locks.ts';
import { encodeMemo } from './memo.ts';
import { summarize } from './operations/get-summary.ts';
import { pay } from './operations/pay.ts';
import { refund } from './operations/refund.ts';
import { refusal } from './operations/refusal.ts';
import { settle } from './operations/settle.ts';
import { voidOffer } from './operations/void.ts';
import { refusalOf, resultOf, signReceipt } from './receipts.ts';
import { createRegistry, openBook } from './registry/registry.ts';
import type { Registry } from './registry/registry.ts';

/**
 * What an issuer is made of. The ledger and the records become the issuer's own: nobody else writes
 * to them.
 */
export type IssuerPorts = {
  readonly network: NetworkId;
  readonly asset: Asset;
  readonly root: PublicKey;
  /** The authority's certificate, then the one of the key that signs receipts. */
  readonly certificates: readonly Uint8Array[];
  /** Signs wallets' certificates. */
  readonly authority: Signer;
  /** Signs receipts; Ed25519, so that the same receipt is the same bytes. */
  readonly receipts: Signer;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly records: DatabaseSync;
};

/** The answer to a signed message. */
export type Answer = {
  /** A RECEIPT, signed. */
  readonly receipt: Uint8Array;
  readonly status: ReceiptResult;
  /** The message was answered before, with these very bytes. */
  readonly replayed: boolean;
  /** Why it was refused, or is parked. */
  readonly code?: RejectionCode;
};

/**
 * The issuer without any transport: signed messages, and the operations of the JSON API as
 * functions.
 */
export interface Issuer {
  /**
   * Takes a PAY, VOID, SETTLE, REFUND or REFUSAL. Resolves when what became of it is durable. A
   * rejection has left no trace; a recorded refusal is an answer. Rejects as openMessage does and
   * as the operations do. Throws Fault.
   */
  submit(message: Uint8Array): Promise<Result<Answer>>;
  /** One operation of the JSON API, by its name in API_OPERATIONS. */
  call<N extends ApiOperationName>(name: N, call: Call): ReturnType<Api[N]>;
  summary(): Promise<SummaryJson>;
  readonly registry: Registry;
  readonly ledger: Ledger;
  /** Writes down how far the registry has come and closes the ledger and the records. */
  close(): Promise<void>;
}

/**
 * Starts an issuer: the registry reads what of the log it has not seen. Throws Fault, having closed
 * ledger and records.
 */
export async function createIssuer(ports: IssuerPorts): Promise<Issuer> {
  const context = await openContext(ports).catch(async (cause: unknown) => {
    await ports.ledger.close();
    ports.records.close();
    throw cause;
  });
  return {
    submit: (message) => submit(context, message),
    call: (name, call) => API[name](context, call) as ReturnType<Api[typeof name]>,
    summary: () => summarize(context),
    registry: context.registry,
    ledger: context.ledger,
    async close() {
      await context.ledger.close();
      context.registry.save();
      ports.records.close();
    },
  };
}

async function openContext(ports: IssuerPorts): Promise<Context> {
  const { network, root, records, receipts } = ports;
  assert(receipts.publicKey.algorithm === 'EdDSA', 'receipts are signed deterministically');
  const { book, certificates } = openBook(network, root, ports.certificates);
  const [authority, issuer] = certificates;
  const fits = authority && sameKey(authority.body.publicKey, ports.authority.publicKey);
  if (!fits || !issuer || !sameKey(issuer.body.publicKey, receipts.publicKey)) {
    throw new Fault('config-invalid', 'the certificates are not those of the keys');
  }
  const registry = createRegistry({ database: records, book });
  const locks = createLocks();
  const context = { ...ports, certificates, registry, locks, cursors: createCursors(receipts) };
  await catchUp(context);
  await openIssuance(context);
  return context;
}

const CATCH_UP_PAGE = 500;

/**
 * A start after a crash is a start like any other: what the registry lacks it reads from the log.
 */
async function catchUp({ ledger, registry }: Context): Promise<void> {
  for (;;) {
    const { items } = await ledger.entries({ after: registry.appliedIndex, limit: CATCH_UP_PAGE });
    for (const entry of items) registry.note(entry);
    if (items.length < CATCH_UP_PAGE) return registry.save();
  }
}

async function openIssuance(context: Context): Promise<void> {
  const opened = await post(context, {
    id: 'issuer/open',
    code: CODES.open,
    fingerprint: new Uint8Array(32),
    steps: [{ kind: 'open', account: ISSUANCE, asset: context.asset, mayOverdraw: true }],
    memo: encodeMemo({ asset: context.asset, request: new Uint8Array() }),
  });
  assert(opened.ok, 'the account of issuance can always be opened');
}

type Operation<T> = {
  readonly type: MessageType<T>;
  readonly act: (context: Context, message: Signed<T>) => Promise<Result<Posted>>;
};
const operation = <T>(type: MessageType<T>, act: Operation<T>['act']): Operation<unknown> =>
  ({ type, act }) as Operation<unknown>;

/** MESSAGE_OPERATIONS of the protocol, each with its file. */
const operations = new Map(
  [
    operation(PAY, pay),
    operation(VOID, voidOffer),
    operation(SETTLE, settle),
    operation(REFUND, refund),
    operation(REFUSAL, refusal),
  ].map((one) => [one.type.typ as string, one]),
);

async function submit(context: Context, bytes: Uint8Array): Promise<Result<Answer>> {
  const { registry, network, clock, asset, receipts, certificates } = context;
  if (bytes.length > MAX_MESSAGE_BYTES) return reject('too-large');
  const envelope = openEnvelope(bytes);
  if (!envelope.ok) return envelope;
  const trust = { network, certificateOf: registry.certificateOf };
  const signer = verifySigner(envelope.value, trust);
  if (!signer.ok) return signer;
  const found = operations.get(envelope.value.typ);
  if (!found) return reject('signature-invalid', 'not signed as a message to the issuer');
  const now = clock.now();
  const message = readVerified(found.type, bytes, envelope.value, signer.value, now);
  if (!message.ok) return message;
  const posted = await found.act(context, message.value);
  if (!posted.ok) return posted;
  const { entry, replayed } = posted.value;
  const status = resultOf(entry);
  const code = status === 'parked' ? 'settlement-parked' : refusalOf(entry);
  const receipt = signReceipt(entry, asset, receipts, certificates[1] as Certificate, network);
  return accept({ receipt, status, replayed, ...(code && { code }) });
}

import {
  Fault,
  MAX_MESSAGE_BYTES,
  PAY,
  REFUND,
  REFUSAL,
  FORK,
  LOAD,
  SETTLE,
  VOID,
  accept,
  assert,
  openMessage,
  reject,
  sameKey,
  sha256,
} from '@coinbox/protocol';
import type {
  ApiOperationName,
  Asset,
  Clock,
  MessageType,
  NetworkId,
  PublicKey,
  ReceiptResult,
  RejectionCode,
  Result,
  RunAnswer,
  Signed,
  Signer,
  SummaryJson,
  Trust,
} from '@coinbox/protocol';
import type { Ledger, TransferGroup } from '@coinbox/ledger';
import type { DatabaseSync } from 'node:sqlite';
import { ISSUANCE } from './accounts.ts';
import { API } from './operations/api.ts';
import type { Api } from './operations/api.ts';
import { CODES } from './codes.ts';
import type { Call, Context, Posted } from './context.ts';
import { createCursors } from './cursor.ts';
import { createLocks, shareLocks } from './locks.ts';
import type { Locks } from './locks.ts';
import { encodeMemo } from './memo.ts';
import { summarize } from './operations/get-summary.ts';
import { fork } from './operations/fork.ts';
import { load } from './operations/load.ts';
import { pay } from './operations/pay.ts';
import { refund } from './operations/refund.ts';
import { refusal } from './operations/refusal.ts';
import { settle } from './operations/settle.ts';
import { sync } from './operations/sync.ts';
import { voidOffer } from './operations/void.ts';
import { openReceiptLog } from './receipt-log.ts';
import type { LogPlace, ReceiptLog } from './receipt-log.ts';
import { codeOf, resultOf } from './receipts.ts';
import { catchUp, createFollower } from './registry/follow.ts';
import { createRegistry, openBook } from './registry/registry.ts';
import type { Registry } from './registry/registry.ts';
import { sealRecords } from './registry/seal.ts';
import { openPresented, present } from './verification/present.ts';
import type { Opener } from './verification/present.ts';
import { createInlineVerifier } from './verification/verifier.ts';
import type { Verifier } from './verification/verifier.ts';

/**
 * What an issuer is made of. The ledger and the records become the issuer's own: nobody else writes
 * to them, but other issuers where there
 * are `sharedLocks`.
 */
export type IssuerPorts = {
  readonly network: NetworkId;
  readonly asset: Asset;
  readonly root: PublicKey;
  /** The authority's certificate, then the one of the key that signs receipts. */
  readonly certificates: readonly Uint8Array[];
  /** Signs wallets' certificates. */
  readonly authority: Signer;
  /** Signs checkpoints of the log, and nothing else; EdDSA-tree. */
  readonly receipts: Signer;
  readonly log: LogPlace;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly records: DatabaseSync;
  /** Is told why the records were thrown away, and are built again from the log. */
  readonly rebuilt?: (why: string) => void;
  /**
   * Locks of all issuers that post to the same ledger. With them the registry follows the ledger
   * before every answer.
   */
  readonly sharedLocks?: Locks & { close(): Promise<void> };
  /** Stays the caller's own. Default: signatures are verified in the thread of the caller. */
  readonly verifier?: Verifier;
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
  /**
   * Takes a run of messages (spec/18-offline.md): answers with the receipts as far as it came, and
   * why it ended before its end. Rejects what is no run. Throws Fault.
   */
  submitRun(run: Uint8Array): Promise<Result<RunAnswer>>;
  /** One operation of the JSON API, by its name in API_OPERATIONS. */
  call<N extends ApiOperationName>(name: N, call: Call): ReturnType<Api[N]>;
  summary(): Promise<SummaryJson>;
  /**
   * Takes into the registry what other issuers have posted to a shared ledger. Every call above
   * does it first; who does it from time to time keeps the first call after a pause short.
   */
  follow(): Promise<void>;
  readonly registry: Registry;
  readonly ledger: Ledger;
  /** Writes down how far the registry has come and closes the ledger and the records. */
  close(): Promise<void>;
}

/**
 * Starts an issuer: registry and log read what of the ledger they have not seen. Throws Fault,
 * having closed ledger and records.
 */
export async function createIssuer(ports: IssuerPorts): Promise<Issuer> {
  const context = await openContext(ports).catch(async (cause: unknown) => {
    await ports.ledger.close();
    await ports.sharedLocks?.close();
    ports.records.close();
    throw cause;
  });
  const { verifier = createInlineVerifier() } = ports;
  return {
    async submit(message) {
      await context.follow();
      return submit(context, verifier, message);
    },
    async submitRun(run) {
      await context.follow();
      return submitRun(context, verifier, run);
    },
    call(name, call) {
      const act = API[name] as (context: Context, call: Call) => Promise<unknown>;
      return context.follow().then(() => act(context, call)) as ReturnType<Api[typeof name]>;
    },
    follow: () => context.follow(),
    async summary() {
      await context.follow();
      return summarize(context);
    },
    registry: context.registry,
    ledger: context.ledger,
    async close() {
      await context.ledger.close();
      await ports.sharedLocks?.close();
      await context.receipts.close();
      context.registry.save();
      ports.records.close();
    },
  };
}

async function openContext(ports: IssuerPorts): Promise<Context> {
  const { network, root, records, receipts } = ports;
  assert(receipts.publicKey.algorithm === 'EdDSA-tree', 'receipts are proofs');
  const { book, certificates } = openBook(network, root, ports.certificates);
  const [authority, issuer] = certificates;
  const fits = authority && sameKey(authority.body.publicKey, ports.authority.publicKey);
  if (!fits || !issuer || !sameKey(issuer.body.publicKey, receipts.publicKey)) {
    throw new Fault('config-invalid', 'the certificates are not those of the keys');
  }
  await checkRecords(ports);
  const registry = createRegistry({ database: records, book });
  const { ledger, sharedLocks } = ports;
  await openIssuance(ledger, ports.asset, root, sharedLocks !== undefined);
  // A start after a crash is a start like any other: what registry and log lack they read from the
  // ledger.
  await catchUp(ledger, registry);
  const log = await openReceiptLog({ ...ports, signer: receipts });
  const read = await followWith(ledger, registry, log);
  registry.save();
  const follow = sharedLocks ? read : async () => undefined;
  const locks = sharedLocks ? shareLocks(createLocks(), sharedLocks, follow) : createLocks();
  const cursors = createCursors(ports.authority);
  const trust: Trust = { network, certificateOf: registry.certificateOf };
  const open: Opener = (type, bytes) => openMessage(type, bytes, trust, ports.clock.now());
  const own = { certificates, registry, locks, cursors, receipts: log };
  return { ...ports, ...own, follow, read, open };
}

/** Records that are not what the log has made of them are made again from its first entry on. */
async function checkRecords({ records, ledger, log, rebuilt }: IssuerPorts): Promise<void> {
  const seal = sealRecords(records, log.secret);
  const state = seal.state();
  if (state === 'whole' && (await seal.isOf(ledger))) return;
  seal.clear();
  if (state === 'new') return;
  rebuilt?.(state === 'whole' ? 'they are of another log' : 'a row is not as this issuer left it');
}

/** A function that brings registry and log up to the ledger and has it published. */
async function followWith(
  ledger: Ledger,
  registry: Registry,
  log: ReceiptLog,
): Promise<() => Promise<void>> {
  const follow = createFollower(ledger, {
    get appliedIndex() {
      return Math.min(registry.appliedIndex, log.appliedIndex);
    },
    note(entry) {
      registry.note(entry);
      log.note(entry);
    },
  });
  const read = async (): Promise<void> => {
    await follow();
    log.publish();
  };
  await read();
  return read;
}

/** Throws Fault config-invalid where a shared ledger is that of an issuer with another root. */
async function openIssuance(
  ledger: Ledger,
  asset: Asset,
  root: PublicKey,
  isShared: boolean,
): Promise<void> {
  const group: TransferGroup = {
    id: 'issuer/open',
    code: CODES.open,
    fingerprint: isShared ? sha256(root.bytes) : new Uint8Array(32),
    steps: [{ kind: 'open', account: ISSUANCE, asset, mayOverdraw: true }],
    memo: encodeMemo({ asset, request: new Uint8Array() }),
  };
  const [opened] = await ledger.post([group]);
  if (isShared && opened?.ok === false) {
    throw new Fault('config-invalid', 'the database holds the ledger of another issuer');
  }
  assert(opened?.ok, 'the account of issuance can always be opened');
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
    operation(LOAD, load),
    operation(FORK, fork),
  ].map((one) => [one.type.typ as string, one]),
);

async function submit(context: Context, verifier: Verifier, bytes: Uint8Array) {
  const { registry, network, clock } = context;
  if (bytes.length > MAX_MESSAGE_BYTES) return reject('too-large');
  const trust: Trust = { network, certificateOf: registry.certificateOf };
  const presented = present(bytes, trust);
  if (!presented.ok) return presented;
  const valid = await verifier.verify(presented.value.checks);
  if (!valid[0]) return reject('signature-invalid');
  const found = operations.get(presented.value.typ);
  if (!found) return reject('signature-invalid', 'not signed as a message to the issuer');
  const open = openPresented(presented.value, valid, trust, clock.now());
  const message = open(found.type, bytes);
  if (!message.ok) return message;
  return answer({ ...context, open }, found, message.value);
}

async function submitRun(context: Context, verifier: Verifier, run: Uint8Array) {
  const applied = await sync(context, verifier, run);
  if (!applied.ok) return applied;
  const { posted, stopped } = applied.value;
  const { receipts, read } = context;
  const newest = posted.reduce((most, { entry }) => Math.max(most, entry.commitEnd), 0);
  if (receipts.appliedIndex < newest) await read();
  return accept({
    receipts: posted.map(({ entry }) => receipts.receiptOf(entry)),
    ...(stopped && { stopped: stopped.code }),
  });
}

async function answer(
  context: Context,
  { act }: Operation<unknown>,
  message: Signed<unknown>,
): Promise<Result<Answer>> {
  const { receipts, read } = context;
  const posted = await act(context, message);
  if (!posted.ok) return posted;
  const { entry, replayed } = posted.value;
  const status = resultOf(entry);
  const code = codeOf(entry);
  if (receipts.appliedIndex < entry.commitEnd) await read();
  const receipt = receipts.receiptOf(entry);
  return accept({ receipt, status, replayed, ...(code && { code }) });
}

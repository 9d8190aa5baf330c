import {
  BILL,
  REFUND,
  REFUSAL,
  SETTLE,
  openEnvelope,
  parseId,
  readPayload,
} from '@coinbox/protocol';
import type { EventJson, MessageType, Page, Settle } from '@coinbox/protocol';
import { fromBase64url } from '../shared/base64url.ts';
import { queryOf, read } from './api.ts';
import { requestInMemo } from './memo.ts';
import { openAny, openChecker } from './opened.ts';
import type { Checker, OpenedMessage } from './opened.ts';

/** Who takes part in a session, as lanes from left to right. */
export const LANES = ['payer', 'holding', 'settlement', 'provider', 'issuer'] as const;
export type Lane = (typeof LANES)[number];

/** One arrow of the picture: a signed message from one party to another. */
export type Arrow = {
  readonly name: string;
  readonly from: Lane;
  readonly to: Lane;
  readonly message: OpenedMessage;
};

export type SessionStory = {
  readonly arrows: readonly Arrow[];
  readonly events: readonly EventJson[];
  /** Codes of receipts that the issuer did not give. */
  readonly missing: readonly string[];
};

type Entry = { readonly index: number; readonly memo: string };

/** The body of a message, whoever has signed it; undefined where it is of another class. */
function bodyOf<T>(type: MessageType<T>, bytes: Uint8Array): T | undefined {
  const envelope = openEnvelope(bytes);
  if (!envelope.ok || envelope.value.typ !== type.typ) return undefined;
  const body = readPayload(type, envelope.value);
  return body.ok ? body.value : undefined;
}

async function messageOf({ id }: EventJson): Promise<Uint8Array | undefined> {
  const { memo } = await read<Entry>(`/v1/entries/${id}`);
  return requestInMemo(fromBase64url(memo));
}

const MOST_PAGES = 40;

/** The events of the payments that a session names, found among those of its payer. */
async function paymentsOf(payer: string, ids: ReadonlySet<string>): Promise<EventJson[]> {
  const found: EventJson[] = [];
  let after = 0;
  for (let pages = 0; pages < MOST_PAGES && found.length < ids.size; pages++) {
    const path = `/v1/events${queryOf({ type: 'payment', wallet: payer, after, limit: 500 })}`;
    const { items, next } = await read<Page<EventJson>>(path);
    found.push(...items.filter(({ data }) => ids.has(data.group)));
    after = items.at(-1)?.id ?? after;
    if (next === undefined || items.length === 0) break;
  }
  return found;
}

/** Everything that the issuer's log has of a session, each message checked in this browser. */
export async function readStory(session: string): Promise<SessionStory> {
  if (!parseId('session', session).ok) return { arrows: [], events: [], missing: [] };
  const checker = await openChecker();
  const { items } = await read<Page<EventJson>>(`/v1/events${queryOf({ session, limit: 500 })}`);
  const later = await Promise.all(
    items.map(async (event) => ({ event, bytes: await messageOf(event) })),
  );
  const payments = await findPayments(later.map(({ bytes }) => bytes));
  const events = [...payments, ...items];
  const arrows: Arrow[] = [];
  const missing: string[] = [];
  for (const event of payments) {
    const bytes = await messageOf(event);
    if (bytes) await addArrows(checker, bytes, arrows, missing);
  }
  for (const { bytes } of later) if (bytes) await addArrows(checker, bytes, arrows, missing);
  return { arrows, events, missing };
}

async function findPayments(messages: readonly (Uint8Array | undefined)[]): Promise<EventJson[]> {
  const ids = new Set<string>();
  let payer: string | undefined;
  for (const bytes of messages) {
    const body = bytes && (bodyOf(REFUND, bytes) ?? bodyOf(SETTLE, bytes));
    for (const id of body?.payments ?? []) ids.add(id);
    payer ??= body?.payer;
  }
  return payer === undefined ? [] : paymentsOf(payer, ids);
}

/** The arrows of one message of the log: what it carries, itself, and the issuer's receipt. */
async function addArrows(
  checker: Checker,
  bytes: Uint8Array,
  arrows: Arrow[],
  missing: string[],
): Promise<void> {
  const add = async (name: string, from: Lane, to: Lane, message: Uint8Array): Promise<void> => {
    const opened = await openAny(checker, message);
    if (opened.ok) arrows.push({ name, from, to, message: opened.value });
  };
  const settle = bodyOf(SETTLE, bytes);
  if (settle) await addSettle(settle, bytes, add);
  else if (bodyOf(REFUND, bytes)) await add('REFUND', 'holding', 'issuer', bytes);
  else if (bodyOf(REFUSAL, bytes)) await add('REFUSAL', 'holding', 'provider', bytes);
  else await add('PAY', 'payer', 'holding', bytes);
  const receipt = await checker.receipt(bytes);
  if (!receipt.ok) missing.push(receipt.rejection.code);
  else await add('RECEIPT', 'issuer', receiverOf(bytes), receipt.value);
}

async function addSettle(
  settle: Settle,
  bytes: Uint8Array,
  add: (name: string, from: Lane, to: Lane, message: Uint8Array) => Promise<void>,
): Promise<void> {
  if (settle.bill && bodyOf(BILL, settle.bill))
    await add('BILL', 'provider', 'holding', settle.bill);
  await add('DRAW', 'holding', 'settlement', settle.draw);
  await add('SETTLE', 'settlement', 'issuer', bytes);
}

/** Who waits for the receipt of a message. */
function receiverOf(bytes: Uint8Array): Lane {
  if (bodyOf(SETTLE, bytes)) return 'provider';
  return bodyOf(REFUND, bytes) ? 'payer' : 'holding';
}

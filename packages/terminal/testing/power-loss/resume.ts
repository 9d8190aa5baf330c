import { createMemoryLinks } from '@coinbox/link';
import {
  BILL,
  METER,
  PAY,
  REFUND,
  REFUSAL,
  SETTLE,
  VOID,
  readOwn,
  toHex,
  typOf,
} from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { exampleBytes } from '@coinbox/protocol/testing';
import { startAgent } from '../../agent.ts';
import { readTerminalFolder } from '../../config.ts';
import { createSimulatedDevice } from '../../devices/simulated.ts';
import type { TerminalEvent } from '../../events.ts';
import { openJournal } from '../../journal.ts';
import { lastingParties } from '../messages.ts';
import { createSimulatedIssuer } from '../simulated-issuer.ts';
import { createSimulatedProvider } from '../simulated-provider.ts';
import { createVirtualTimers, rest } from '../world.ts';

/** What a terminal that was started again has made of its sessions, an hour later. */
export type Resumed = {
  /** Minor units. */
  readonly held: bigint;
  readonly payer: bigint;
  readonly provider: bigint;
  /** SETTLEs and REFUNDs that the issuer posted. */
  readonly settled: number;
  readonly refunded: number;
  readonly openSessions: number;
  readonly unsent: number;
  readonly faults: readonly string[];
};

export type ResumeOrder = {
  /** A folder with keys, configuration and the journal that is left. */
  readonly folder: string;
  readonly now: Instant;
  /** Bytes that had left the process. */
  readonly sent: readonly Uint8Array[];
  /** Events of the whole recording: the issuer and the provider remember what they were sent. */
  readonly events: readonly TerminalEvent[];
};

const FOR_ISSUER: readonly string[] = [PAY, VOID, SETTLE, REFUND, REFUSAL].map(({ typ }) => typ);
const ROUNDS = 30;
const ROUND_MS = 120_000;

/**
 * Starts the agent on a folder that a power cut has left, among an issuer that remembers what it
 * was sent, a provider that bills again, and a machine that remembers nothing. Gives what is there
 * an hour of virtual time later.
 */
export async function resumeTerminal(order: ResumeOrder): Promise<Resumed> {
  const parties = lastingParties();
  const messages = order.events.flatMap((event) => event.messages);
  const issuer = createSimulatedIssuer();
  issuer.mapped = { version: 3, provider: parties.provider };
  for (const bytes of toldIssuer(order.sent, messages)) await issuer.submit(bytes);
  const links = createMemoryLinks();
  const provider = createSimulatedProvider(links, parties.provider);
  const bills = billsByMeter(messages);
  const bill = (meterHash: Uint8Array): undefined => {
    const known = bills.get(toHex(meterHash));
    if (known) provider.send(known);
  };
  provider.billFor = ({ hash }) => bill(hash);
  for (const bytes of toldProvider(order.sent, messages)) bill(readOwn(METER, bytes).hash);
  let elapsed = 0;
  const timers = createVirtualTimers((ms) => void (elapsed += ms));
  const faults: string[] = [];
  const journal = openJournal(order.folder);
  const agent = await startAgent({
    folder: readTerminalFolder(order.folder, order.now),
    journal,
    clock: { now: () => (order.now + elapsed) as Instant },
    timers,
    random: (bytes) => exampleBytes(`resumed ${elapsed}`).slice(0, bytes),
    issuer,
    openLink: (link) => links.open({ ...link, side: 'terminal' }),
    device: createSimulatedDevice(),
    onFault: (fault) => void faults.push(String(fault)),
  });
  for (let round = 0; round < ROUNDS; round++) {
    await timers.advance(ROUND_MS / (round < 5 ? 100 : 1));
    links.retry();
    links.settle();
    await rest();
  }
  const { holding, inSettlement, openSessions } = agent.status();
  const unsent = journal.pending('upload').length + journal.pending('issuer').length;
  await agent.close();
  return {
    held: issuer.held() + BigInt(holding) + BigInt(inSettlement),
    payer: issuer.balance(parties.payer.wallet),
    provider: issuer.balance(parties.provider.wallet),
    settled: issuer.posted(SETTLE.typ).length,
    refunded: issuer.posted(REFUND.typ).length,
    openSessions,
    unsent,
    faults,
  };
}

const isOf =
  (typs: readonly string[]) =>
  (bytes: Uint8Array): boolean => {
    const typ = typOf(bytes);
    return typ.ok && typs.includes(typ.value);
  };

/** The messages that stand in what was sent, in the order in which they were sent. */
function found(sent: readonly Uint8Array[], messages: readonly Uint8Array[]): Uint8Array[] {
  const left = new Set(messages);
  return sent.flatMap((bytes) => {
    const text = Buffer.from(bytes);
    const here = [...left].filter((message) => text.includes(Buffer.from(message)));
    for (const message of here) left.delete(message);
    return here;
  });
}

const toldIssuer = (sent: readonly Uint8Array[], messages: readonly Uint8Array[]): Uint8Array[] =>
  found(sent, messages.filter(isOf(FOR_ISSUER)));

const toldProvider = (sent: readonly Uint8Array[], messages: readonly Uint8Array[]): Uint8Array[] =>
  found(sent, messages.filter(isOf([METER.typ])));

/** The bills of the recording by the hash of the METER that each rests on. */
const billsByMeter = (messages: readonly Uint8Array[]): ReadonlyMap<string, Message> =>
  new Map(
    messages.filter(isOf([BILL.typ])).map((bytes) => {
      const { body, hash } = readOwn(BILL, bytes);
      return [toHex(body.meterHash), { bytes, hash }];
    }),
  );

type Message = { readonly bytes: Uint8Array; readonly hash: Uint8Array };

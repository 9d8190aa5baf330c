import { Fault, equalBytes, toHex } from '@coinbox/protocol';
import type { BillId, Meter, SessionId, Signed } from '@coinbox/protocol';
import type { LinkMessage } from '@coinbox/link';
import type { Book, Evidence } from './book.ts';
import type { BillRecord, SessionState } from './state.ts';

/** What a book in memory keeps when its provider stops. Owned by one book at a time. */
export type BookMemory = {
  sequence: number;
  readonly sessions: Map<SessionId, SessionState>;
  readonly meters: Map<SessionId, Signed<Meter>[]>;
  readonly bills: Map<BillId, BillRecord>;
  readonly evidence: Map<string, Evidence>;
  readonly outbox: LinkMessage[];
};

export const createBookMemory = (): BookMemory => ({
  sequence: 0,
  sessions: new Map(),
  meters: new Map(),
  bills: new Map(),
  evidence: new Map(),
  outbox: [],
});

/**
 * A book without a disk, for a simulator and for tests: it answers as the one in SQLite does. Fault
 * storage-failed where a METER or the bill of a session is there already.
 */
export function openMemoryBook(memory: BookMemory): Book {
  const { sessions, meters, bills, evidence, outbox } = memory;
  const billByHash = (hash: Uint8Array): BillRecord | undefined =>
    [...bills.values()].find((bill) => equalBytes(bill.hash, hash));
  return {
    nextSequence: () => memory.sequence + 1,
    session: (session) => sessions.get(session),
    meterHash: (session, number) =>
      meters.get(session)?.find(({ body }) => body.number === number)?.hash,
    record(state, meter, bill) {
      const known = meters.get(state.session) ?? [];
      const isTaken =
        meter && known.some(({ body }) => body.number === meter.body.number)
          ? 'METER'
          : bill && [...bills.values()].some(({ session }) => session === state.session) && 'bill';
      if (isTaken) throw new Fault('storage-failed', `the session has this ${isTaken} already`);
      sessions.set(state.session, state);
      if (meter) meters.set(state.session, [...known, meter]);
      if (!bill) return;
      const { hash, bytes, body } = bill;
      const { session, terminal, amount, issuedAt } = body;
      bills.set(body.bill, {
        bill: body.bill,
        session,
        terminal,
        hash,
        amount,
        state: 'sent',
        issuedAt,
      });
      memory.sequence = Math.max(memory.sequence, body.sequence);
      outbox.push({ peer: terminal, hash, bytes });
    },
    bill: (bill) => bills.get(bill),
    billByHash,
    change(bill, proof) {
      if (bills.has(bill.bill)) bills.set(bill.bill, bill);
      if (proof) evidence.set(toHex(proof.hash), proof);
    },
    unbilled: (problem) =>
      [...sessions.values()]
        .filter((state) => state.final && !state.bill && state.problem === problem)
        .map(({ session }) => session),
    pending: (peer) => outbox.filter((message) => !peer || message.peer === peer),
    acknowledged(hash, change) {
      const at = outbox.findIndex((message) => equalBytes(message.hash, hash));
      if (at < 0) return;
      outbox.splice(at, 1);
      const bill = billByHash(hash);
      const changed = bill && change?.(bill);
      if (changed) bills.set(changed.bill, changed);
    },
    close: () => undefined,
  };
}

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import {
  ACCEPT,
  Fault,
  PAY,
  RECEIPT,
  REFUSAL,
  VOID,
  money,
  readOwn,
  toHex,
} from '@coinbox/protocol';
import type { FaultCode } from '@coinbox/protocol';
import { evolve } from './evolve.ts';
import { JOURNAL_FILE } from './journal-schema.ts';
import { JOURNAL_GENESIS, chainHash, openJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import { encodeEvent } from './events.ts';
import { EMPTY_STATE } from './state.ts';
import {
  KIT_BILLED,
  createPlot,
  found,
  kitBill,
  kitParties,
  kitReadings,
  offerNamed,
  sessionNamed,
} from './testing/kit.ts';
import type { Plot } from './testing/kit.ts';

const root = mkdtempSync(join(tmpdir(), 'coinbox-journal-'));
after(() => rmSync(root, { recursive: true }));
const fault =
  (code: FaultCode) =>
  (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === code;

/** A plot whose events go into a journal in a folder of its own. */
function journalled(): { folder: string; journal: Journal; plot: Plot } {
  const folder = mkdtempSync(join(root, 'terminal-'));
  const journal = openJournal(folder);
  const plot = createPlot({ take: (event, before) => journal.append(event, before) });
  return { folder, journal, plot };
}

/** Opens the file as nobody should. */
function meddle(folder: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(join(folder, JOURNAL_FILE));
  work(database);
  database.close();
}

const targets = ['issuer', 'upload', 'provider'] as const;
const pending = (journal: Journal): Record<string, string[]> =>
  Object.fromEntries(
    targets.map((target) => [target, journal.pending(target).map(({ hash }) => toHex(hash))]),
  );

describe('a journal', () => {
  it('is empty at first', () => {
    const { journal } = journalled();
    assert.deepEqual(journal.head, JOURNAL_GENESIS);
    assert.deepEqual([...journal.replay()], []);
    assert.deepEqual(pending(journal), { issuer: [], upload: [], provider: [] });
    journal.close();
  });

  it('chains its events: each hash covers the one before', () => {
    const { journal, plot } = journalled();
    plot.delivered().billed();
    const head = plot.events.map(encodeEvent).reduce(chainHash, JOURNAL_GENESIS);
    assert.equal(toHex(journal.head), toHex(head));
    journal.close();
  });

  it('gives the same head, events, state and outbox when it is opened again', () => {
    const { folder, journal, plot } = journalled();
    plot.delivered('a').presented('b').billed(undefined, 'a').voided('b');
    const { head } = journal;
    const before = pending(journal);
    journal.close();
    const again = openJournal(folder);
    assert.equal(toHex(again.head), toHex(head));
    const events = [...again.replay()];
    assert.deepEqual(events, plot.events);
    assert.deepEqual(events.reduce(evolve, EMPTY_STATE), plot.state);
    assert.deepEqual(pending(again), before);
    again.close();
  });

  it('goes on with the chain after it was opened again', () => {
    const { folder, journal, plot } = journalled();
    plot.offered('a');
    journal.close();
    const again = openJournal(folder);
    again.append(found(createPlot().offered('b').events[0]), plot.state);
    assert.equal([...again.replay()].length, 2);
    again.close();
  });

  it('finds every message by its hash, with what it belongs to', () => {
    const { journal, plot } = journalled();
    plot.presented();
    const { hash } = found(plot.offer().presented);
    const pay = found(journal.message(hash));
    assert.equal(pay.typ, PAY.typ);
    assert.equal(pay.offer, offerNamed('first'));
    assert.equal(toHex(pay.bytes), toHex(found(plot.events[1]?.messages[0])));
    plot.accepted();
    const accept = found(journal.message(plot.session().acceptHash));
    assert.equal(accept.typ, ACCEPT.typ);
    assert.equal(accept.session, sessionNamed('first'));
    assert.equal(journal.message(new Uint8Array(32)), undefined);
    journal.close();
  });

  it('lists the messages of a session, oldest first', () => {
    const { journal, plot } = journalled();
    plot.delivered('a').delivered('b').billed(undefined, 'a');
    plot.receipted('refund', 'a').receipted('settle', 'a');
    const typs = journal.messagesOf(sessionNamed('a')).map(({ typ }) => typ.slice(8));
    const expected = 'accept receipt meter bill draw settle refund receipt receipt';
    assert.deepEqual(typs, expected.split(' '));
    assert.deepEqual(journal.messagesOf(sessionNamed('c')), []);
    journal.close();
  });

  it('knows what became of an offer', () => {
    const { journal, plot } = journalled();
    plot.offered('open').accepted('taken').presented('void').voided('void');
    assert.equal(journal.sessionOfOffer(offerNamed('open')), undefined);
    assert.deepEqual(
      { ...journal.sessionOfOffer(offerNamed('taken')) },
      {
        session: sessionNamed('taken'),
        stage: 'accepted',
      },
    );
    assert.equal(journal.voidOf(offerNamed('open')), undefined);
    assert.equal(journal.voidOf(offerNamed('taken')), undefined);
    assert.equal(journal.voidOf(offerNamed('void'))?.typ, VOID.typ);
    assert.equal(journal.hasSession(sessionNamed('taken')), true);
    assert.equal(journal.hasSession(sessionNamed('open')), false);
    journal.close();
  });

  it('keeps uploads in the order of their numbers, the rest in the order of events', () => {
    const { journal, plot } = journalled();
    plot.delivered('a').delivered('b').billed(undefined, 'b').billed(undefined, 'a');
    assert.deepEqual(
      journal.pending('upload').map(({ upload }) => upload),
      [1, 2, 3, 4],
    );
    assert.deepEqual(
      journal.pending('upload').map(({ hash }) => toHex(hash)),
      ['b', 'a'].flatMap((name) => {
        const { settle, refund } = plot.session(name);
        return [settle, refund].map((one) => toHex(found(one).hash));
      }),
    );
    plot.receipted('settle', 'b').receipted('settle', 'a');
    const receipts = plot.events.slice(-2).map(({ messages: [bytes] }) => found(bytes));
    const toProvider = journal.pending('provider').map(({ hash }) => toHex(hash));
    assert.deepEqual(toProvider, [
      toHex(found(plot.session('a').lastMeter)),
      toHex(found(plot.session('b').lastMeter)),
      ...receipts.map((bytes) => toHex(readOwn(RECEIPT, bytes).hash)),
    ]);
    const peers = new Set(journal.pending('provider').map(({ peer }) => peer));
    assert.deepEqual([...peers], [kitParties.provider.wallet]);
    assert.equal(journal.pending('upload', 1).length, 1);
    journal.close();
  });

  it('keeps a message for one receiver though the other has it', () => {
    const { journal, plot } = journalled();
    const { id, lastMeter } = plot.delivered().session();
    const on = { session: id, meterHash: found(lastMeter) };
    plot.billed(kitBill(on, { amount: money(KIT_BILLED + 1n) }));
    const { hash } = readOwn(REFUSAL, found(plot.events.at(-1)?.messages[1]));
    assert.ok(pending(journal).issuer?.includes(toHex(hash)));
    journal.sent('issuer', hash);
    journal.sent('issuer', hash);
    assert.ok(!pending(journal).issuer?.includes(toHex(hash)));
    assert.ok(pending(journal).provider?.includes(toHex(hash)));
    journal.close();
  });

  it('takes a message out of the outbox in the commit of its answer', () => {
    const { journal, plot } = journalled();
    plot.presented();
    const { hash } = found(plot.offer().presented);
    const twin = createPlot().presented().voided();
    journal.append(found(twin.events[2]), plot.state, { target: 'issuer', hash });
    assert.deepEqual(
      journal.pending('issuer').map(({ bytes }) => toHex(bytes)),
      [toHex(found(twin.events[2]?.messages[0]))],
    );
    journal.close();
  });

  it('holds events that are longer than a message', () => {
    const { folder, journal, plot } = journalled();
    const item = { sku: '电'.repeat(32), count: 1 };
    const reading = { ...kitReadings()[0]!, items: Array.from({ length: 32 }, () => item) };
    plot.accepted().metered([reading], true).billed();
    journal.close();
    const again = openJournal(folder);
    assert.deepEqual([...again.replay()], plot.events);
    again.close();
  });
});

describe('append()', () => {
  it('writes nothing at all when it fails in the middle', () => {
    const { folder, journal, plot } = journalled();
    plot.delivered();
    const { head } = journal;
    const before = pending(journal);
    const rows = (): unknown[] => {
      const found: unknown[] = [];
      meddle(folder, (database) => {
        for (const table of ['journal', 'message', 'outbox', 'session']) {
          found.push(database.prepare(`SELECT * FROM ${table}`).all());
        }
      });
      return found;
    };
    const rowsBefore = rows();
    const { events } = createPlot().delivered().billed();
    const billed = found(events.at(-1));
    for (const [table, timing] of [
      ['message', 'INSERT'],
      ['outbox', 'INSERT'],
      ['session', 'UPDATE'],
    ]) {
      const stop = `CREATE TRIGGER stop AFTER ${timing} ON ${table}
        BEGIN SELECT RAISE(ABORT, 'the power is gone'); END`;
      meddle(folder, (database) => database.exec(stop));
      assert.throws(() => journal.append(billed, plot.state), fault('storage-failed'));
      meddle(folder, (database) => database.exec('DROP TRIGGER stop'));
      assert.deepEqual(rows(), rowsBefore, table);
      assert.equal(toHex(journal.head), toHex(head));
      assert.deepEqual(pending(journal), before);
    }
    journal.append(billed, plot.state);
    assert.equal([...journal.replay()].length, plot.events.length + 1);
    journal.close();
  });

  it('refuses an event with something in it that is no message', () => {
    const { journal, plot } = journalled();
    const event = found(createPlot().offered().events[0]);
    const broken = { ...event, messages: [Uint8Array.of(1, 2, 3)] };
    assert.throws(() => journal.append(broken, plot.state), fault('journal-corrupt'));
    assert.deepEqual([...journal.replay()], []);
    journal.close();
  });
});

describe('a damaged journal', () => {
  const damages: readonly (readonly [title: string, sql: string])[] = [
    [
      'a flipped bit in the first event',
      `UPDATE journal SET event = CAST(substr(event, 1, 40) || x'FF' || substr(event, 42) AS BLOB)
       WHERE n = 1`,
    ],
    [
      'a flipped bit in the last event',
      `UPDATE journal SET event = CAST(substr(event, 1, 90) || x'FF' || substr(event, 92) AS BLOB)
       WHERE n = (SELECT max(n) FROM journal)`,
    ],
    ['a flipped bit in a hash', `UPDATE journal SET hash = zeroblob(32) WHERE n = 2`],
    ['a missing event', 'PRAGMA foreign_keys=OFF; DELETE FROM journal WHERE n = 2'],
    [
      'two events that have changed places',
      `UPDATE journal SET event = (SELECT event FROM journal WHERE n = 3) WHERE n = 2`,
    ],
  ];
  for (const [title, sql] of damages) {
    it(`is found out by ${title}`, () => {
      const { folder, journal, plot } = journalled();
      plot.delivered().billed();
      journal.close();
      meddle(folder, (database) => database.exec(sql));
      const again = openJournal(folder);
      assert.throws(() => [...again.replay()], fault('journal-corrupt'));
      again.close();
    });
  }
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { Fault, money } from '@coinbox/protocol';
import type { FaultCode } from '@coinbox/protocol';
import { JOURNAL_FILE } from './journal-schema.ts';
import { openJournal } from './journal.ts';
import { readTerminalReport, stillHeld } from './report.ts';
import {
  KIT_BILLED,
  createPlot,
  found,
  kitBill,
  kitParties,
  offerNamed,
  sessionNamed,
} from './testing/kit.ts';

const root = mkdtempSync(join(tmpdir(), 'coinbox-report-'));
after(() => rmSync(root, { recursive: true }));
const newFolder = (): string => mkdtempSync(join(root, 'terminal-'));
const fault =
  (code: FaultCode) =>
  (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === code;

describe('readTerminalReport()', () => {
  it('says of each session what was held, billed, settled and refunded, beside the agent', () => {
    const folder = newFolder();
    const journal = openJournal(folder);
    const plot = createPlot({ take: (event, before) => journal.append(event, before) });
    plot.delivered('a').delivered('b');
    const on = { session: sessionNamed('a'), meterHash: found(plot.session('a').lastMeter) };
    plot.billed(kitBill(on, { amount: money(KIT_BILLED + 1n) }), 'a');
    plot.billed(undefined, 'a').receipted('settle', 'a');
    const { sessions, events, outbox } = readTerminalReport(folder);
    assert.equal(events, plot.events.length);
    // PAY and METER of both, REFUSAL to two, SETTLE and REFUND, RECEIPT: nothing is taken out.
    assert.equal(outbox, 2 * 2 + 2 + 2 + 1);
    const a = found(sessions.find(({ session }) => session === sessionNamed('a')));
    assert.deepEqual(
      { ...a },
      {
        session: sessionNamed('a'),
        offer: offerNamed('a'),
        provider: kitParties.provider.wallet,
        payer: kitParties.payer.wallet,
        stage: 'drawn',
        held: 2000n,
        bill: plot.session('a').bill?.body.bill,
        billed: 1234n,
        returned: 766n,
        settled: 1234n,
        refunded: 0n,
        refusals: 1n,
        lastRefusal: 'bill-over-ceiling',
      },
    );
    assert.equal(stillHeld(a), 766n);
    const b = found(sessions.find(({ session }) => session === sessionNamed('b')));
    assert.equal(stillHeld(b), 2000n);
    plot.receipted('refund', 'a');
    const after = readTerminalReport(folder).sessions;
    assert.equal(stillHeld(found(after.find(({ session }) => session === a.session))), 0n);
    journal.close();
  });

  it('does not vouch for a journal that somebody has touched', () => {
    const folder = newFolder();
    const journal = openJournal(folder);
    const plot = createPlot({ take: (event, before) => journal.append(event, before) });
    plot.delivered().billed();
    journal.close();
    const database = new DatabaseSync(join(folder, JOURNAL_FILE));
    database.exec('UPDATE journal SET hash = zeroblob(32) WHERE n = 4');
    database.close();
    assert.throws(() => readTerminalReport(folder), fault('journal-corrupt'));
  });

  it('tells of a folder without a journal, and of a file that is none', () => {
    const folder = newFolder();
    assert.throws(() => readTerminalReport(folder), fault('storage-failed'));
    writeFileSync(join(folder, JOURNAL_FILE), 'a shopping list '.repeat(100));
    assert.throws(() => readTerminalReport(folder), fault('storage-failed'));
    new DatabaseSync(join(newFolder(), 'empty.db')).close();
    const other = newFolder();
    new DatabaseSync(join(other, JOURNAL_FILE)).close();
    assert.throws(() => readTerminalReport(other), fault('storage-failed'));
  });
});

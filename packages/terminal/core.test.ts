import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { accept, reject } from '@coinbox/protocol';
import { createCore } from './core.ts';
import type { Core } from './core.ts';
import type { TerminalEvent } from './events.ts';
import { openJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import { DEFAULT_BOUNDS, EMPTY_STATE } from './state.ts';
import { KIT_START, createPlot, found, kitBook, kitKeys } from './testing/kit.ts';

const root = mkdtempSync(join(tmpdir(), 'coinbox-core-'));
after(() => rmSync(root, { recursive: true }));
const coreOn = (journal: Journal): Core =>
  createCore({
    journal,
    book: kitBook(),
    keys: kitKeys,
    bounds: DEFAULT_BOUNDS,
    clock: { now: () => KIT_START },
  });
const newFolder = (): string => mkdtempSync(join(root, 'terminal-'));

describe('createCore()', () => {
  it('begins with nothing, and with what the journal adds up to after a restart', () => {
    const folder = newFolder();
    const journal = openJournal(folder);
    const core = coreOn(journal);
    assert.deepEqual(core.state, EMPTY_STATE);
    const plot = createPlot().delivered().billed();
    for (const event of plot.events) core.apply(event);
    assert.deepEqual(core.state, plot.state);
    journal.close();
    const again = openJournal(folder);
    assert.deepEqual(coreOn(again).state, plot.state);
    again.close();
  });

  it('makes an event durable before it is in the state, and tells of it last', () => {
    const journal = openJournal(newFolder());
    const order: string[] = [];
    const core = coreOn({
      ...journal,
      append(...parts: Parameters<Journal['append']>) {
        order.push(`append, ${core.state.offers.size} offers`);
        journal.append(...parts);
      },
    });
    core.listen(({ kind }) => order.push(`${kind}, ${core.state.offers.size} offers`));
    core.apply(found(createPlot().offered().events[0]));
    assert.deepEqual(order, ['append, 0 offers', 'offered, 1 offers']);
    journal.close();
  });

  it('keeps its state when the journal fails, and tells nobody', () => {
    const journal = openJournal(newFolder());
    const fault = new Error('the disk is gone');
    const core = coreOn({
      ...journal,
      append() {
        throw fault;
      },
    });
    let told = 0;
    core.listen(() => (told += 1));
    const event = found(createPlot().offered().events[0]);
    assert.throws(
      () => core.apply(event),
      (thrown) => thrown === fault,
    );
    assert.deepEqual(core.state, EMPTY_STATE);
    assert.equal(told, 0);
    journal.close();
  });

  it('applies what a step has accepted, and hands a rejection on', () => {
    const journal = openJournal(newFolder());
    const core = coreOn(journal);
    const rejection = reject('terminal-busy');
    assert.equal(core.applyStep(rejection), rejection);
    assert.deepEqual(core.state, EMPTY_STATE);
    const event = found(createPlot().offered().events[0]);
    const step = accept<TerminalEvent>(event);
    assert.equal(core.applyStep(step), step);
    assert.equal(core.state.offers.size, 1);
    journal.close();
  });
});

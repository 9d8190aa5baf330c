import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { Fault } from '@coinbox/protocol';
import { openJournal } from './journal.ts';
import type { Answered, Journal } from './journal.ts';
import { createJournalMemory, openMemoryJournal } from './memory-journal.ts';
import { createPlot, offerNamed, sessionNamed } from './testing/kit.ts';
import type { Plot } from './testing/kit.ts';

// Held to the journal in SQLite: after every step of random stories both give the same answers.

const root = mkdtempSync(join(tmpdir(), 'coinbox-memory-journal-'));
after(() => rmSync(root, { recursive: true }));

const names = ['a', 'b', 'c'] as const;
const targets = ['issuer', 'upload', 'provider'] as const;

/** Every answer that a journal gives. */
const answersOf = (journal: Journal) => {
  const events = [...journal.replay()];
  const found = targets.flatMap((target) => journal.pending(target));
  return {
    head: journal.head,
    events,
    pending: found.map(({ target, upload, peer, hash, bytes }) => {
      return { target, upload, peer, hash, bytes };
    }),
    few: journal.pending('provider', 1).length,
    messages: found.map(({ hash }) => journal.message(hash)),
    stranger: journal.message(new Uint8Array(32)),
    sessions: names.map((name) => [
      journal.messagesOf(sessionNamed(name)),
      journal.sessionOfOffer(offerNamed(name)),
      journal.hasSession(sessionNamed(name)),
      journal.voidOf(offerNamed(name)),
    ]),
  };
};

/** SQLite gives Buffers of its own kind and objects without a prototype. */
const plain = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part instanceof Uint8Array
      ? Buffer.from(part).toString('hex')
      : typeof part === 'bigint'
        ? `${part}n`
        : part,
  );

const acts = ['go on', 'void', 'return', 'answer', 'open again'] as const;
type Act = { readonly act: (typeof acts)[number]; readonly name: (typeof names)[number] };

/** One step further in the story of `name`, or none where there is none. */
function goOn(plot: Plot, name: string): void {
  const session = plot.state.sessions.get(sessionNamed(name));
  const offer = plot.state.offers.get(offerNamed(name));
  if (!session && !offer) return void plot.offered(name);
  if (!session) return void (offer?.presented ? plot.accepted(name) : plot.presented(name));
  if (session.stage === 'accepted') return void plot.metered([], true, name);
  if (session.stage === 'awaiting-bill') return void plot.billed(undefined, name);
  const what = session.settle && !session.settle.answer ? 'settle' : 'refund';
  plot.receipted(what, name);
}

function pair() {
  const folder = mkdtempSync(join(root, 'terminal-'));
  const memory = createJournalMemory();
  let both = [openJournal(folder), openMemoryJournal(memory)];
  return {
    each: (work: (journal: Journal) => void): void => both.forEach(work),
    openAgain(): void {
      for (const journal of both) journal.close();
      both = [openJournal(folder), openMemoryJournal(memory)];
    },
    agree(): void {
      const [sqlite, ours] = both.map((journal) => plain(answersOf(journal)));
      assert.equal(ours, sqlite);
    },
    close: (): void => both.forEach((journal) => journal.close()),
  };
}

function play(steps: readonly Act[]): void {
  const journals = pair();
  let answered: Answered | undefined;
  const seen = new Set<string>();
  const plot = createPlot({
    take: (event, before) => journals.each((one) => one.append(event, before, answered)),
  });
  for (const { act, name } of steps) {
    const session = plot.state.sessions.get(sessionNamed(name));
    const offer = plot.state.offers.get(offerNamed(name));
    if (act === 'go on' && (session || offer || !seen.has(name))) {
      goOn(plot, name);
      seen.add(name);
    }
    if (act === 'void' && offer) plot.voided(name);
    if (act === 'return' && session && session.stage !== 'drawn') plot.returned('no-bill', name);
    if (act === 'open again') journals.openAgain();
    if (act === 'answer') {
      journals.each((journal) => {
        const [first, second] = targets.flatMap((target) => journal.pending(target));
        if (first) journal.sent(first.target, first.hash);
        answered = second && { target: second.target, hash: second.hash };
      });
    }
    journals.agree();
  }
  journals.close();
}

describe('openMemoryJournal()', () => {
  it('answers as the journal in SQLite does, whatever happens', () => {
    const step = fc.record({ act: fc.constantFrom(...acts), name: fc.constantFrom(...names) });
    const weighted = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          act: fc.constant('go on' as const),
          name: step.map(({ name }) => name),
        }),
      },
      { weight: 2, arbitrary: step },
    );
    fc.assert(fc.property(fc.array(weighted, { maxLength: 24 }), play), { numRuns: 40 });
  });

  it('answers so through a whole session that is closed', () => {
    const act = 'go on' as const;
    play(Array.from({ length: 8 }, () => ({ act, name: 'a' as const })));
  });

  it('loses with a crash what the next commit would have cleared, and nothing else', () => {
    const memory = createJournalMemory();
    const journal = openMemoryJournal(memory);
    const plot = createPlot({ take: (event, before) => journal.append(event, before) });
    plot.presented('a').presented('b');
    const [first, second] = journal.pending('issuer');
    assert.ok(first && second);
    journal.sent('issuer', first.hash);
    assert.equal(journal.pending('issuer').length, 1);
    assert.equal(openMemoryJournal(memory).pending('issuer').length, 2);
    plot.offered('c');
    assert.deepEqual(
      openMemoryJournal(memory)
        .pending('issuer')
        .map(({ hash }) => hash),
      [second.hash],
    );
  });

  it('refuses an event with something in it that is no message', () => {
    const journal = openMemoryJournal(createJournalMemory());
    const [event] = createPlot().offered().events;
    assert.ok(event);
    const broken = { ...event, messages: [Uint8Array.of(1, 2, 3)] };
    const isCorrupt = (thrown: unknown): boolean =>
      thrown instanceof Fault && thrown.code === 'journal-corrupt';
    assert.throws(() => journal.append(broken, createPlot().state), isCorrupt);
    assert.deepEqual([...journal.replay()], []);
  });
});

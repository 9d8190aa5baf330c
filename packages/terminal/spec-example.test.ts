import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ACCEPT, readOwn, toHex, typOf } from '@coinbox/protocol';
import { encodeEvent } from './events.ts';
import type { TerminalEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { JOURNAL_GENESIS, chainHash } from './journal.ts';
import { EMPTY_STATE } from './state.ts';
import { createWorld, found, kitPay, kitReadings, payRequest } from './testing/kit.ts';

const page = join(import.meta.dirname, '../../spec/15-terminal.md');

/** The journal of the story in the kit, as the table of the page has it. */
async function storyRows(): Promise<string[]> {
  const world = await createWorld({ frozen: true });
  const request = payRequest(kitPay((await world.offer()).hash).bytes);
  const reply = await world.exchange(request);
  const { session } = readOwn(ACCEPT, found(reply.messages[0])).body;
  world.device.play(session, kitReadings());
  await world.run();
  const events = [...world.journal.replay()];
  await world.close();
  return rowsOf(events);
}

function rowsOf(events: readonly TerminalEvent[]): string[] {
  let head = JOURNAL_GENESIS;
  let state = EMPTY_STATE;
  return events.map((event, place) => {
    head = chainHash(head, encodeEvent(event));
    state = evolve(state, event);
    const names = event.messages.map((message) => {
      const typ = typOf(message);
      return typ.ok ? typ.value.slice('coinbox.'.length).toUpperCase() : '?';
    });
    const stage = [...state.sessions.values()][0]?.stage ?? (place < 2 ? '–' : 'closed');
    const money = [state.holding, state.inSettlement];
    const short = `\`${toHex(head).slice(0, 8)}\``;
    return `| ${[place + 1, event.kind, names.join(', '), stage, ...money, short].join(' | ')} |`;
  });
}

describe('spec/15-terminal.md', () => {
  it('begins with the journal that the program writes', async () => {
    const rows = await storyRows();
    const text = readFileSync(page, 'utf8');
    for (const row of rows) assert.ok(text.includes(row), `the page lacks\n${row}`);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromHex, toHex } from '../bytes.ts';
import { encodeCarrierReply, encodeCarrierRequest } from '../envelope.ts';
import { CARD_AT_REST, giveRequest, takeCommand } from './card.ts';
import type { Card } from './card.ts';
import { GATT, fragmentsOf } from './fragments.ts';
import { beginContact, putReply, takeAnswer } from './reader.ts';
import type { ReaderStep } from './reader.ts';

const page = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../spec', name), 'utf8');
/** The lines of the example under this name. */
function exampleIn(text: string, name: string): readonly string[] {
  const [, after = ''] = text.split(`<!-- transcript: ${name} -->`);
  return (/```text\n([^`]*)\n```/.exec(after)?.[1] ?? '').split('\n');
}

test('the contact on page 07 is what reader and card say', () => {
  const said: string[] = [];
  const asked = [encodeCarrierRequest({ kind: 'ask-offer' })];
  const reply = encodeCarrierReply({ kind: 'wait', messages: [], certificates: [], afterMs: 250 });
  let card: Card = CARD_AT_REST;
  let step: ReaderStep = beginContact();
  while (step.kind !== 'rest') {
    if (step.kind === 'serve') {
      step = putReply(step.reader, reply);
      continue;
    }
    const taken = takeCommand(card, step.command);
    const told = taken.answer ? taken : giveRequest(taken.card, asked.shift());
    said.push(`> ${toHex(step.command)}`, `< ${toHex(told.answer)}`);
    card = told.card;
    const next = takeAnswer(step.reader, told.answer);
    assert.ok(next.ok);
    step = next.value;
  }
  assert.deepEqual(exampleIn(page('07-nfc.md'), 'a contact'), said);
});

test('the fragments on page 08 are those of its message, and its ids are ours', () => {
  const message = Uint8Array.from({ length: 0x28 }, (_, i) => i);
  const text = page('08-bluetooth.md');
  assert.deepEqual(exampleIn(text, 'fragments'), fragmentsOf(message, 20).map(toHex));
  for (const id of Object.values(GATT)) assert.ok(text.includes(id));
  assert.ok(fromHex(exampleIn(text, 'fragments')[0] ?? ''));
});

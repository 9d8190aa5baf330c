import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { paymentIdOf, toHex } from '@coinbox/protocol';
import { CODES } from './codes.ts';
import { createIssuerFixture, expect } from './testing/fixture.ts';

const page = readFileSync(join(import.meta.dirname, '../../spec/11-issuer.md'), 'utf8');

/** The first cells of the table under a heading. */
function firstCells(heading: string): readonly string[] {
  const [, after = ''] = page.split(`\n## ${heading}\n`);
  const [section = ''] = after.split('\n## ');
  const [, table = ''] = /\n((?:\|.*\n)+)/.exec(section) ?? [];
  const cells = table.split('\n').map((row) => row.split('|')[1]?.trim() ?? '');
  return cells.slice(2).filter((cell) => cell !== '');
}

/** The content of the fenced blocks, without line breaks. */
const blocks = [...page.matchAll(/```\w+\n([^`]*)```/g)].map(([, content = '']) => content);

describe('spec/11-issuer.md', () => {
  test('has a row for every code of a group, and for no other', () => {
    const codes = firstCells('Groups').map((cell) => cell.replaceAll('`', ''));
    assert.deepEqual(codes, Object.values(CODES));
  });

  test('has a row for every key of a memo', () => {
    const source = readFileSync(join(import.meta.dirname, 'memo.ts'), 'utf8');
    const keys = [...source.matchAll(/(?:plain\(|id\(|key: )(\d+)/g)].map(([, key]) => key);
    assert.equal(keys.length, 18);
    assert.deepEqual(firstCells('Memo'), keys);
  });

  test('begins with what an issuer really posts and answers', async () => {
    const s = await createIssuerFixture();
    const provider = await s.openWallet('provider');
    const terminal = await s.openTerminal(provider);
    const payer = await s.openPayer(10_000n);
    const pay = s.messages.pay(payer, s.messages.offer(terminal, provider), 500n);
    const { receipt } = expect(await s.issuer.submit(pay.bytes));
    const entry = await s.issuer.ledger.entryOf(paymentIdOf(pay));
    const [group = '', answer = '', memo = ''] = blocks;
    const { id, code, steps, claims } = JSON.parse(group) as Record<string, unknown>;
    assert.deepEqual([id, code, claims], [entry?.id, entry?.code, entry?.claims]);
    const plain = JSON.stringify(entry?.steps, (_, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    assert.deepEqual(steps, JSON.parse(plain));
    assert.equal(answer.replaceAll('\n', ''), toHex(receipt));
    assert.equal(memo.replaceAll('\n', ''), toHex(entry?.memo as Uint8Array));
    assert.match(page, new RegExp(`PAY of ${pay.bytes.length} bytes`));
    assert.match(page, new RegExp(`RECEIPT of ${receipt.length} bytes`));
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createIssuer, initIssuer, openFolder } from '@coinbox/issuer';
import { createTestClock, createTestRandom, expect, fixtureOf } from '@coinbox/issuer/testing';
import type { RunningFixture } from '@coinbox/issuer/testing';
import { paymentIdOf } from '@coinbox/protocol';
import { verify } from '@coinbox/verifier';
import { exportLines } from './export.ts';
import { formatVerdict, readRoot } from './verify.ts';

const MAIN = join(import.meta.dirname, '../main.ts');

type Ended = { readonly exit: number; readonly out: string; readonly said: string };
const coinbox = (...words: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { timeout: 30_000 }, (error, out, said) =>
      resolve({ exit: Number(error?.code ?? 0), out, said }),
    );
  });

async function linesOf(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLines(folder)) lines.push(line);
  return lines;
}

/** A session: paid in, settled, the rest refunded. Answers with the receipt of the settlement. */
async function playSession(f: RunningFixture): Promise<Uint8Array> {
  const provider = await f.openWallet('provider');
  const terminal = await f.openTerminal(provider);
  const payer = await f.openPayer(1_000n);
  const pay = f.messages.pay(payer, f.messages.offer(terminal, provider), 500n);
  expect(await f.issuer.submit(pay.bytes));
  const bill = f.messages.bill(provider, terminal, f.newId('session'), 320n);
  const settle = f.messages.settle(terminal, bill, [paymentIdOf(pay)]);
  const { receipt } = expect(await f.issuer.submit(settle.bytes));
  terminal.upload += 1;
  const refund = f.messages.refund(terminal, payer.wallet, [paymentIdOf(pay)], 180n);
  expect(await f.issuer.submit(refund.bytes));
  return receipt;
}

describe('coinbox export and coinbox verify', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-export-'));
  const clock = createTestClock();
  let f: RunningFixture;
  let root: string;
  let receipt: Uint8Array;
  before(async () => {
    initIssuer(folder, { network: 'audit', asset: 'CNY/2', clock });
    const ports = await openFolder(folder, clock);
    f = fixtureOf(await createIssuer(ports), ports, clock, createTestRandom());
    root = Buffer.from(ports.root.bytes).toString('base64url');
    receipt = await playSession(f);
  });
  after(async () => {
    rmSync(folder, { recursive: true });
  });

  test('the export of a running issuer holds, with its receipts', async () => {
    const verdict = await verify(await linesOf(folder), readRoot(root), [receipt]);
    assert.ok(verdict.ok, verdict.ok ? '' : JSON.stringify(verdict.broken));
    assert.equal(verdict.entries, (await f.issuer.ledger.head()).index);
    assert.equal(verdict.issued, 1_000n);
    assert.ok((verdict.checks.get('receipt') ?? 0) > 0);
    const table = formatVerdict(verdict);
    assert.match(table, /I7 +destination +\d+ +settled money goes to the provider of the pinned/);
    assert.match(table, /1000 minor units of CNY\/2 issued\. Everything holds\.$/);
  });

  test('an export is of one moment, whatever is posted while it is read', async () => {
    const reading = exportLines(folder);
    const header = (await reading.next()).value as string;
    await f.openPayer(0n);
    const rest: string[] = [];
    for await (const line of reading) rest.push(line);
    const { through } = JSON.parse(header);
    assert.equal(rest.length, through + 1);
    assert.ok((await verify([header, ...rest], readRoot(root))).ok);
  });

  test('the commands answer a stranger, and end with 65 where something is broken', async () => {
    const file = join(folder, 'export.ndjson');
    const receiptFile = join(folder, 'receipt.cose');
    writeFileSync(receiptFile, receipt);
    const written = await coinbox('export', folder, '--out', file);
    assert.equal(written.exit, 0, written.said);
    assert.match(written.said, new RegExp(`coinbox verify ${file} --root ${root}`));
    assert.equal((await coinbox('export', folder)).out, readFileSync(file, 'utf8'));
    const good = await coinbox('verify', file, '--root', root, '--receipt', receiptFile);
    assert.deepEqual([good.exit, /Everything holds/.test(good.out)], [0, true], good.said);
    const json = await coinbox('verify', file, '--root', root, '--json');
    assert.equal(JSON.parse(json.out).ok, true);

    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    writeFileSync(file, `${lines.toSpliced(-2, 1).join('\n')}\n`);
    const broken = await coinbox('verify', file, '--root', root);
    assert.equal(broken.exit, 65);
    assert.match(broken.out, /^entry \d+ breaks I9 \w+: .*\n/);
    const named = await coinbox('verify', file, '--root', root, '--json');
    assert.equal(named.exit, 65);
    assert.equal(JSON.parse(named.out).broken.check, 'I9');
  });

  test('once all is published, the checkpoint is of all entries', async () => {
    await f.issuer.close();
    const lines = await linesOf(folder);
    const { checkpoint, through } = JSON.parse(lines[0] as string);
    assert.equal(checkpoint.split('\n')[1], `${through}`);
    const verdict = await verify(lines, readRoot(root), [receipt]);
    assert.ok(verdict.ok, verdict.ok ? '' : JSON.stringify(verdict.broken));
    assert.ok((verdict.checks.get('checkpoint') ?? 0) > 0);
  });

  test('a file that is not there, and a key that is none, are said so', async () => {
    const none = await coinbox('verify', join(folder, 'none'), '--root', root);
    assert.deepEqual([none.exit, /ENOENT/.test(none.said)], [74, true]);
    assert.equal((await coinbox('verify', 'x', '--root', 'AAAA')).exit, 2);
    assert.equal((await coinbox('export', join(folder, 'none'))).exit, 78);
  });
});

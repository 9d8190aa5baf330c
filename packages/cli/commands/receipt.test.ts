import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createIssuerFixture, expect } from '@coinbox/issuer/testing';
import type { IssuerFixture } from '@coinbox/issuer/testing';
import { EXIT, FileError } from '../exit-codes.ts';
import { checkReceipt, describeReceipt } from './receipt.ts';

const main = join(import.meta.dirname, '../main.ts');
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

let s: IssuerFixture;
let folder: string;
let receipt: Uint8Array;
let trust: string;
let root: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coinbox-receipt-'));
  s = await createIssuerFixture();
  const provider = await s.openWallet('provider');
  const terminal = await s.openTerminal(provider);
  const payer = await s.openPayer(10_000n);
  const pay = s.messages.pay(payer, s.messages.offer(terminal, provider), 1234n);
  receipt = expect(await s.issuer.submit(pay.bytes)).receipt;
  root = base64url(s.ports.root.bytes);
  trust = join(folder, 'told.json');
  const told = {
    network: s.ports.network,
    asset: s.ports.asset,
    root: { algorithm: 'EdDSA', bytes: root },
    certificates: s.ports.certificates.map(base64url),
  };
  writeFileSync(trust, JSON.stringify(told));
});
after(() => rmSync(folder, { recursive: true }));

/** `coinbox receipt verify` of some bytes. */
function run(bytes: Uint8Array, ...more: string[]): Promise<{ code: number; out: string }> {
  const file = join(folder, 'receipt.cose');
  writeFileSync(file, bytes);
  const args = [main, 'receipt', 'verify', file, '--trust', trust, ...more];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), out: stdout + stderr });
    });
  });
}

describe('checkReceipt()', () => {
  it('takes a receipt of the issuer, and knows its place in the log', async () => {
    const checked = checkReceipt(receipt, trust, root, s.clock.now());
    assert.ok(checked.ok);
    const { body, proof } = checked.value;
    const { index } = await s.issuer.ledger.head();
    assert.deepEqual([body.index, proof.index, proof.size], [index, index - 1, index]);
    const text = describeReceipt(checked.value);
    assert.match(text, /^result +posted$/m);
    assert.match(text, /^of +coinbox\.pay [0-9a-f]{64}$/m);
    assert.match(text, /^amount +12\.34/m);
    assert.match(text, new RegExp(`^log +leaf ${index - 1} of ${index}$`, 'm'));
  });

  it('takes nothing that was changed, and no other root', () => {
    const at = receipt.length - 1;
    const bent = receipt.with(at, (receipt[at] as number) ^ 1);
    const checked = checkReceipt(bent, trust, root, s.clock.now());
    assert.equal(!checked.ok && checked.rejection.code, 'signature-invalid');
    const other = base64url(new Uint8Array(32).fill(1));
    assert.throws(() => checkReceipt(receipt, trust, other, s.clock.now()), FileError);
  });

  it('wants a file that names what is to be trusted', () => {
    for (const content of ['', '[]', 'null', '{}', '{"network":"a"}']) {
      const file = join(folder, 'other.json');
      writeFileSync(file, content);
      assert.throws(() => checkReceipt(receipt, file, undefined, s.clock.now()), FileError);
    }
  });
});

describe('coinbox receipt verify', () => {
  it('prints what a receipt says, and ends with 0', async () => {
    const { code, out } = await run(receipt, '--root', root);
    assert.deepEqual(
      [code, /amount +12\.34/.test(out), out.endsWith('It holds.\n')],
      [0, true, true],
    );
  });

  it('prints JSON', async () => {
    const { out } = await run(receipt, '--json');
    const told = JSON.parse(out);
    assert.deepEqual([told.ok, told.amount, told.log.leaf], [true, '1234', told.index - 1]);
  });

  it('ends with 65 where a receipt does not hold', async () => {
    const { code, out } = await run(receipt.with(60, (receipt[60] as number) ^ 1));
    assert.equal(code, EXIT.data);
    assert.match(out, /does not hold: signature-invalid/);
    const asJson = await run(receipt.slice(1), '--json');
    assert.equal(asJson.code, EXIT.data);
    assert.deepEqual(JSON.parse(asJson.out).code, 'malformed-tag');
  });
});

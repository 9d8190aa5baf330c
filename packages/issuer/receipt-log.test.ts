import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import {
  Fault,
  bytesToSign,
  commitmentOf,
  decodeProof,
  leafHash,
  logKeyOf,
  openCheckpoint,
  openEnvelope,
  rootOfPath,
  statementOf,
} from '@coinbox/protocol';
import type { Signer, TreeProof } from '@coinbox/protocol';
import type { TransferGroup } from '@coinbox/ledger';
import { createSalts } from '@coinbox/log';
import { createIssuer } from './issuer.ts';
import type { Issuer } from './issuer.ts';
import { encodeMemo } from './memo.ts';
import { openReceiptLog } from './receipt-log.ts';
import { openMemoryRecords } from './registry/schema.ts';
import { createIssuerFixture, createTestPorts, expect } from './testing/fixture.ts';
import type { IssuerFixture } from './testing/fixture.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-receipts-'));
  folders.push(folder);
  return folder;
}

async function setting() {
  const s = await createIssuerFixture();
  const provider = await s.openWallet('provider');
  const terminal = await s.openTerminal(provider);
  const payer = await s.openPayer(100_000n);
  const pay = (amount: bigint) =>
    s.messages.pay(payer, s.messages.offer(terminal, provider), amount);
  return { ...s, provider, terminal, payer, pay };
}

const proofOf = (receipt: Uint8Array): TreeProof => {
  const opened = openEnvelope(receipt);
  assert.ok(opened.ok);
  const proof = decodeProof(opened.value.signature);
  assert.ok(proof);
  return proof;
};

/** Another issuer over the same ledger, as after a restart. */
const restarted = (s: IssuerFixture, folder?: string): Promise<Issuer> => {
  const { log } = s.fullPorts;
  const place = folder === undefined ? log : { ...log, folder };
  return createIssuer({ ...s.fullPorts, log: place, records: openMemoryRecords() });
};

describe('the RECEIPTs of an issuer', () => {
  test('are proofs under the checkpoint of the commit of their entry', async () => {
    const s = await setting();
    const pays = [1n, 2n, 3n].map(s.pay);
    for (const { bytes } of pays) {
      const { receipt } = expect(await s.issuer.submit(bytes));
      const { index } = s.readReceipt(receipt);
      const entry = await s.issuer.ledger.entry(index);
      const { index: place, size } = proofOf(receipt);
      assert.deepEqual([place, size], [index - 1, entry?.commitEnd]);
    }
  });

  test('are the same bytes later, after a restart, and with another log folder', async () => {
    const s = await setting();
    const first = s.pay(500n);
    const { receipt } = expect(await s.issuer.submit(first.bytes));
    for (let i = 1n; i <= 300n; i++) await s.issuer.submit(s.pay(i).bytes);
    const again = expect(await s.issuer.submit(first.bytes));
    assert.equal(again.replayed, true);
    assert.deepEqual(again.receipt, receipt);
    for (const folder of [undefined, newFolder()]) {
      const other = await restarted(s, folder);
      assert.deepEqual(expect(await other.submit(first.bytes)).receipt, receipt);
    }
  });
});

/** What a RECEIPT commits its issuer to: the hash of all that another algorithm would sign. */
function statementIn(receipt: Uint8Array, network: string): Uint8Array {
  const opened = openEnvelope(receipt);
  assert.ok(opened.ok);
  return statementOf(bytesToSign(network, opened.value.protectedHeader, opened.value.payload));
}

describe('the log of an issuer', () => {
  test('has a leaf for every entry: of its receipt, or of its hash', async () => {
    const s = await setting();
    const { receipts, network, log, ledger } = s.fullPorts;
    const given = new Map<number, Uint8Array>();
    for (const amount of [500n, 200_000n, 100n]) {
      const { receipt } = expect(await s.issuer.submit(s.pay(amount).bytes));
      given.set(s.readReceipt(receipt).index, receipt);
    }
    const { items } = await ledger.entries({ limit: 100 });
    const folder = newFolder();
    await (await restarted(s, folder)).close();

    const note = readFileSync(join(folder, 'checkpoint'), 'utf8');
    const opened = openCheckpoint(note, logKeyOf(network, receipts.publicKey.bytes));
    assert.ok(opened.ok);
    const { size, root } = opened.value.checkpoint;
    assert.equal(size, items.length);
    const bundle = new Uint8Array(readFileSync(join(folder, `tile/entries/000.p/${size}`)));
    const saltOf = createSalts(log.secret);
    for (const { index, hash } of items) {
      const receipt = given.get(index);
      const statement = receipt ? statementIn(receipt, network) : hash;
      const leaf = bundle.slice(34 * index - 32, 34 * index);
      assert.deepEqual(leaf, commitmentOf(saltOf(index), statement), `entry ${index}`);
    }
    const [last] = [...given.values()].slice(-1);
    const { path } = proofOf(last as Uint8Array);
    const leaf = leafHash(bundle.slice(-32));
    assert.deepEqual(rootOfPath(leaf, size - 1, size, path), root);
  });

  test('signs one checkpoint for all receipts of a commit', async () => {
    const s = await createIssuerFixture();
    const ports = createTestPorts(s.clock, s.fullPorts.ledger, openMemoryRecords(), () =>
      new Uint8Array(32).fill(1),
    );
    let signatures = 0;
    const signer: Signer = {
      ...ports.receipts,
      sign(message) {
        signatures += 1;
        return ports.receipts.sign(message);
      },
    };
    const answered = (i: number): TransferGroup => ({
      id: `answered-${i}`,
      code: 'pay',
      fingerprint: new Uint8Array(32),
      steps: [],
      claims: [`claim-${i}`],
      memo: encodeMemo({
        subject: new Uint8Array(32).fill(i),
        subjectTyp: 'coinbox.pay',
        request: new Uint8Array(),
      }),
    });
    const { ledger } = ports;
    const log = await openReceiptLog({ ...ports, signer });
    await ledger.post(Array.from({ length: 100 }, (_, i) => answered(i)));
    const { items } = await ledger.entries({ after: log.appliedIndex, limit: 1000 });
    for (const entry of items) log.note(entry);
    const receipts = items.map((entry) => log.receiptOf(entry));
    assert.equal(receipts.length, 100);
    assert.equal(new Set(receipts.map((bytes) => proofOf(bytes).size)).size, 1);
    assert.equal(signatures, 1);
  });

  test('does not open over a ledger that lacks what was published', async () => {
    const s = await setting();
    const folder = newFolder();
    await (await restarted(s, folder)).close();
    const before = await createIssuerFixture();
    const log = { ...s.fullPorts.log, folder };
    const ports = { ...s.fullPorts, ledger: before.fullPorts.ledger, log };
    await assert.rejects(
      createIssuer({ ...ports, records: openMemoryRecords() }),
      (fault) => fault instanceof Fault && fault.code === 'ledger-corrupt',
    );
  });
});

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { RECEIPT, bytesToSign, encodeCbor, openEnvelope, sha256 } from '@coinbox/protocol';
import { receiptOf } from '@coinbox/issuer';
import { expect } from '@coinbox/issuer/testing';
import type { CheckName } from './checks.ts';
import { keyOf } from './signatures.ts';
import { cbor, changeMessage, uncbor } from './testing/cheat.ts';
import { exportLines, makeHistory } from './testing/history.ts';
import { verify } from './verify.ts';

// The log is built here once more, from page 16 alone: salts, leaves, the tree by its definition in
// RFC 6962 §2.1, the note of its checkpoint.

const history = await makeHistory();
const { fixture, entries } = history;
const { network, asset, log, receipts: signer } = fixture.fullPorts;
const root = keyOf(Buffer.from(fixture.ports.root.bytes));

const requestOf = (index: number): Uint8Array =>
  uncbor<Uint8Array[]>(entries[index - 1]?.memo ?? new Uint8Array())[1] ?? new Uint8Array();
const receiptFor = async (index: number): Promise<Uint8Array> =>
  expect(await fixture.issuer.submit(requestOf(index))).receipt;

const saltOf = (index: number): Buffer => {
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(index));
  return createHmac('sha256', log.secret)
    .update('coinbox/salt/')
    .update(count)
    .digest()
    .subarray(0, 16);
};

const hash = (...parts: readonly Uint8Array[]): Uint8Array => sha256(Buffer.concat(parts));

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return hash(Buffer.of(0), leaves[0] as Uint8Array);
  const half = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return hash(Buffer.of(1), rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

const header = expect(openEnvelope(await receiptFor(16))).protectedHeader;
const leaves = entries.map((entry) => {
  const isAnswer = ['pay', 'void', 'settle', 'park', 'refund', 'refusal'].includes(entry.code);
  const payload = isAnswer && encodeCbor(RECEIPT.shape.encode(receiptOf(entry, asset)));
  const statement = payload ? sha256(bytesToSign(network, header, payload)) : entry.hash;
  return hash(saltOf(entry.index), statement);
});

/** C2SP signed-note and tlog-checkpoint. */
function checkpointOf(size: number, by = signer): string {
  const origin = `coinbox/${network}`;
  const top = Buffer.from(rootOf(leaves.slice(0, size))).toString('base64');
  const text = `${origin}\n${size}\n${top}\n`;
  const keyHash = hash(Buffer.from(`${origin}\n`), Buffer.of(1), signer.publicKey.bytes);
  const signature = Buffer.concat([keyHash.subarray(0, 4), by.sign(Buffer.from(text))]);
  return `${text}\n— ${origin} ${signature.toString('base64')}\n`;
}

type Line = Record<string, unknown>;
/** The export with salts and a checkpoint, and one line changed. */
function withLog(size: number, change: (lines: Line[]) => void = () => undefined): string[] {
  const lines = exportLines(fixture, entries).map((text) => JSON.parse(text) as Line);
  (lines[0] as Line).checkpoint = checkpointOf(size);
  for (const line of lines.slice(1, -1)) {
    line.salt = saltOf(line.index as number).toString('base64url');
  }
  change(lines);
  return lines.map((line) => JSON.stringify(line));
}

test('verify() holds the checkpoint to the tree of all entries, of any size', async () => {
  for (const size of [1, 2, 7, 8, 33, entries.length]) {
    const verdict = await verify(withLog(size), root);
    assert.ok(verdict.ok, verdict.ok ? '' : verdict.broken.detail);
    assert.ok((verdict.checks.get('checkpoint') ?? 0) > 0);
  }
});

test('verify() takes the receipts that the issuer has given out', async () => {
  const indexes = [16, 18, 19, 21, 24, 25, 26, 29, 35, 42];
  const receipts = await Promise.all(indexes.map(receiptFor));
  const verdict = await verify(withLog(entries.length), root, receipts);
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.broken.detail);
});

const other = fixture.fullPorts.authority;
const rows: readonly (readonly [what: string, index: number, check: CheckName, lines: string[]])[] =
  [
    [
      'a salt is another',
      20,
      'checkpoint',
      withLog(20, (lines) => ((lines[20] as Line).salt = saltOf(21).toString('base64url'))),
    ],
    [
      'a salt is too short',
      20,
      'tree',
      withLog(20, (lines) => ((lines[20] as Line).salt = 'AAAA')),
    ],
    [
      'a salt is missing',
      entries.length + 1,
      'checkpoint',
      withLog(entries.length, (lines) => ((lines[20] as Line).salt = null)),
    ],
    [
      'a checkpoint is signed by another key',
      9,
      'checkpoint',
      withLog(9, (lines) => ((lines[0] as Line).checkpoint = checkpointOf(9, other))),
    ],
    [
      'a checkpoint is of another tree',
      9,
      'checkpoint',
      withLog(
        9,
        (lines) => ((lines[0] as Line).checkpoint = checkpointOf(8).replace('\n8\n', '\n9\n')),
      ),
    ],
    [
      'a checkpoint is of more entries than there are',
      entries.length + 1,
      'checkpoint',
      withLog(
        9,
        (lines) => ((lines[0] as Line).checkpoint = checkpointOf(9).replace('\n9\n', '\n999\n')),
      ),
    ],
  ];
for (const [what, index, check, lines] of rows) {
  test(`verify() finds that ${what}`, async () => {
    const verdict = await verify(lines, root);
    assert.ok(!verdict.ok, 'it finds nothing');
    assert.deepEqual([verdict.broken.index, verdict.broken.name], [index, check]);
  });
}

test('verify() finds a receipt of something else, of somebody else, of no entry', async () => {
  const good = await receiptFor(18);
  const last = entries.length;
  const raised = changeMessage(good, (fields) => fields.set(8, 601));
  const moved = changeMessage(good, (fields) => fields.set(2, last + 1));
  const parts = uncbor<Uint8Array[]>(good.subarray(1));
  const proof = uncbor<unknown[]>(parts[3] as Uint8Array).with(1, new Uint8Array(16));
  const salted = Buffer.concat([Buffer.of(0xd2), cbor(parts.with(3, cbor(proof)))]);
  const short = exportLines(fixture, entries.slice(0, 10));
  const cases: readonly (readonly [number, string[], Uint8Array])[] = [
    [18, withLog(last), raised],
    [18, withLog(last), salted],
    [last + 1, withLog(last), moved],
    [0, withLog(last), requestOf(16)],
    [11, short, good],
  ];
  for (const [index, lines, receipt] of cases) {
    const verdict = await verify(lines, root, [receipt]);
    assert.ok(!verdict.ok, 'it finds nothing');
    assert.deepEqual([verdict.broken.index, verdict.broken.name], [index, 'receipt']);
  }
});

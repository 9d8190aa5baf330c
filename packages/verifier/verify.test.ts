import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CODES } from '@coinbox/issuer';
import { INVARIANTS } from './checks.ts';
import type { CheckName } from './checks.ts';
import { fromBase64url } from './encoding.ts';
import { keyOf } from './signatures.ts';
import { changeMessage } from './testing/cheat.ts';
import { exportLines, makeHistory } from './testing/history.ts';
import { linesOf, makeLarge } from './testing/large.ts';
import { verify } from './verify.ts';

const history = await makeHistory();
const { fixture, entries } = history;
const root = keyOf(Buffer.from(fixture.ports.root.bytes));
const good = exportLines(fixture, entries);

/** Those of offline payments, which offline.test.ts has. */
const offline: readonly string[] = [
  CODES.parameters,
  CODES.load,
  CODES.unload,
  CODES.fork,
  CODES.uncovered,
  CODES.reclaim,
];

test('the history has every code of an entry, and every refusal that it can', () => {
  const online = Object.values(CODES).filter((code) => !offline.includes(code));
  assert.deepEqual(new Set(entries.map(({ code }) => code)), new Set(online));
  const refusals = new Set(entries.map(({ refusal }) => refusal));
  const wanted = [undefined, 'claim-taken', 'insufficient-funds', 'hold-exceeded'];
  assert.deepEqual(refusals, new Set(wanted));
});

test('verify() finds nothing in what an issuer has done, and makes every check', async () => {
  const verdict = await verify(good, root);
  assert.ok(verdict.ok, verdict.ok ? '' : JSON.stringify(verdict.broken));
  const { checks, ...sums } = verdict;
  // 10,000 and 800 issued, 100 redeemed; issuance, 4 holding and settlement, 2 providers, 2 payers.
  const accounts = 9;
  const network = 'test-net';
  const issued = 10_700n;
  assert.deepEqual(sums, { ok: true, network, asset: 'CNY/2', entries: 54, accounts, issued });
  const ofTheLog: readonly CheckName[] = ['receipt', 'tree', 'checkpoint'];
  for (const name of INVARIANTS.keys()) {
    assert.equal((checks.get(name) ?? 0) > 0, !ofTheLog.includes(name), name);
  }
});

type Line = Record<string, unknown>;
const withLine = (at: number, change: (line: Line) => void): string[] => {
  const line = JSON.parse(good[at] as string) as Line;
  change(line);
  return good.with(at, JSON.stringify(line));
};
/** The header with one certificate signed anew by somebody else, or with other content. */
const withCertificate = (at: number, by: string | undefined, role: number): string[] =>
  withLine(0, (line) => {
    const certificates = line.certificates as string[];
    const bytes = fromBase64url(certificates[at]);
    const changed = changeMessage(
      bytes,
      (fields) => (fields.get(-65537) as Map<number, unknown>).set(2, role),
      by === undefined ? undefined : history.wallets[by],
    );
    certificates[at] = Buffer.from(changed).toString('base64url');
  });

const end = entries.length + 1;
const rows: readonly (readonly [what: string, index: number, check: CheckName, lines: string[]])[] =
  [
    ['the header is missing', 0, 'file', good.slice(1)],
    ['a line is no JSON', 3, 'file', good.with(3, '{')],
    ['a line is JSON of nothing', 3, 'file', good.with(3, 'null')],
    ['the end is missing', end, 'file', good.slice(0, -1)],
    ['there is nothing', 0, 'file', []],
    ['a line follows the end', end, 'file', [...good, good[1] as string]],
    ['the format is another', 0, 'file', withLine(0, (line) => (line.format = 'coinbox-export/2'))],
    ['the network is another', 0, 'certificate', withLine(0, (line) => (line.network = 'other'))],
    ['the asset is another', 1, 'issuance', withLine(0, (line) => (line.asset = 'EUR/2'))],
    [
      'the root is another',
      0,
      'certificate',
      withLine(0, (line) => (line.root = { bytes: 'AAAA' })),
    ],
    ['the authority signs itself', 0, 'certificate', withCertificate(0, 'payer', 5)],
    ['the authority is an issuer', 0, 'file', withCertificate(0, undefined, 6)],
    ['the issuer is certified by a payer', 0, 'certificate', withCertificate(1, 'payer', 6)],
    ['the certificates are missing', 0, 'file', withLine(0, (line) => (line.certificates = []))],
    ['the header counts otherwise', end, 'index', withLine(0, (line) => (line.through = 53))],
    ['the end counts otherwise', end, 'index', withLine(end, (line) => (line.end = 53))],
    ['the end has another hash', end, 'link', withLine(end, (line) => (line.head = 'AAAA'))],
    ['a line has another index', 5, 'index', withLine(5, (line) => (line.index = 6))],
    ['an entry has another spelling', 5, 'entry', withLine(5, (line) => (line.entry += '='))],
    ['an entry is missing', 5, 'entry', withLine(5, (line) => delete line.entry)],
  ];
for (const [what, index, check, lines] of rows) {
  test(`verify() finds that ${what}`, async () => {
    const verdict = await verify(lines, root);
    assert.ok(!verdict.ok, 'it finds nothing');
    const { index: found, name, detail } = verdict.broken;
    assert.deepEqual([found, name], [index, check], detail);
    assert.equal(verdict.broken.check, INVARIANTS.get(check));
  });
}

test('verify() does not take the root key from the export', async () => {
  const verdict = await verify(good, keyOf(Buffer.alloc(32, 1)));
  assert.ok(!verdict.ok && verdict.broken.name === 'certificate');
});

const transfers = Number(process.env.COINBOX_EXPORT_TRANSFERS ?? 2000);
test(`verify() raises no alarm over ${transfers} transfers`, async () => {
  const f = await makeLarge(transfers);
  let counted = 0;
  const lines = linesOf(f, (count) => (counted += count));
  const verdict = await verify(lines, keyOf(Buffer.from(f.ports.root.bytes)));
  assert.ok(verdict.ok, verdict.ok ? '' : JSON.stringify(verdict.broken));
  assert.ok(counted >= transfers, `${counted}`);
});

const page = readFileSync(join(import.meta.dirname, '../../spec/17-export.md'), 'utf8');

test('the example of page 17 is an export that holds', async () => {
  const [, block = ''] = /```text\n([^`]*)```/.exec(page) ?? [];
  const lines = block
    .trim()
    .replace(/\n(?!\{)/g, '')
    .split('\n');
  const { root: named } = JSON.parse(lines[0] as string) as { root: { bytes: string } };
  const verdict = await verify(lines, keyOf(fromBase64url(named.bytes)));
  assert.ok(verdict.ok, verdict.ok ? '' : JSON.stringify(verdict.broken));
  assert.ok((verdict.checks.get('checkpoint') ?? 0) > 0, 'the checkpoint is checked');
});

test('page 17 lists every check with its invariant, and no other', () => {
  const listed = [...page.matchAll(/^\| (I\d+) \| `(\w+)` \|/gm)].map(([, ...row]) => row);
  assert.deepEqual(
    listed,
    [...INVARIANTS].map(([name, invariant]) => [invariant, name]),
  );
});

/** What one has to read to trust the verifier: without blank lines and comments. */
const MOST_LINES = 1_090;

test(`the verifier has at most ${MOST_LINES} lines`, () => {
  const files = readdirSync(import.meta.dirname).filter((name) => /(?<!\.test)\.ts$/.test(name));
  const lines = files.flatMap((name) =>
    readFileSync(join(import.meta.dirname, name), 'utf8').split('\n'),
  );
  const counted = lines.filter((line) => !/^\s*(?:$|\/\/|\/\*|\*)/.test(line)).length;
  assert.ok(counted <= MOST_LINES, `${counted}`);
});

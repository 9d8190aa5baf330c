import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Instant } from '@coinbox/protocol';
import { deliver, startSite, until } from '../e2e/site.ts';
import type { Site } from '../e2e/site.ts';
import { issuerEntries } from '../audit/issuer-log.ts';
import {
  comparedJson,
  exportBook,
  formatCompared,
  reconcileBank,
  reconcileThreeWays,
  stretchOf,
} from './books.ts';
import { makePayer, payTerminal } from './pay.ts';

let site: Site;
let folders: { readonly [K in 'issuer' | 'provider' | 'terminal']: string };
const DAY = 86_400_000;
const now = (): Instant => Date.now() as Instant;
const later = (): Instant => (Date.now() + 30 * DAY) as Instant;

before(async () => {
  site = await startSite();
  const at = (name: string): string => join(site.folder, name);
  folders = { issuer: at('issuer'), provider: at('provider'), terminal: at('terminal') };
  const me = at('me');
  await makePayer({ folder: me, issuerUrl: site.issuer.url, client: site.maker, funds: '100.00' });
  const terminal = `${site.gateway.url}/${site.terminal}/carrier`;
  for (const energy of [5_600n, 1_000n]) {
    const paid = await payTerminal({ folder: me, terminal, amount: '20.00', detach: true });
    await deliver(site, paid.session as string, energy);
  }
  await until(async () => {
    const { agreed } = await compare(now());
    return agreed === 2 ? true : undefined;
  });
});
after(() => site.close());

const compare = (at: Instant) =>
  reconcileThreeWays(folders.provider, folders.issuer, [folders.terminal], at);

describe('coinbox books reconcile', () => {
  test('finds bills, settlements and journals in agreement', async () => {
    const compared = await compare(later());
    assert.deepEqual([compared.agreed, compared.breaks, compared.open], [2, [], 0]);
    const sums = [...compared.days.values()].map((day) => day.sums);
    const total = (side: string): bigint => sums.reduce((sum, day) => sum + (day[side] ?? 0n), 0n);
    assert.deepEqual(['bill', 'receipt', 'journal'].map(total), [660n, 660n, 660n]);
    assert.match(formatCompared(compared), /2 agree, 0 breaks, 0 still open\.$/);
    assert.ok('days' in comparedJson(compared));
  });

  test('misses journals of terminals that are not named, after the time of grace', async () => {
    const of = (at: Instant) => reconcileThreeWays(folders.provider, folders.issuer, [], at);
    const early = await of(now());
    assert.deepEqual([early.agreed, early.breaks.length, early.open], [0, 0, 2]);
    const { breaks } = await of(later());
    assert.deepEqual(
      breaks.map(({ kind, side }) => `${kind} ${side}`),
      ['missing journal', 'missing journal'],
    );
  });

  test('refuses a source that is not there', async () => {
    const nowhere = reconcileThreeWays(folders.provider, '/nowhere', [], now());
    await assert.rejects(nowhere, /does not exist/);
  });
});

describe('coinbox books bank', () => {
  const write = (rows: readonly string[]): string => {
    const file = join(site.folder, 'bank.csv');
    writeFileSync(file, ['booked_on,amount,currency,reference', ...rows].join('\n'));
    return file;
  };
  /** What a bank would have booked for every issuance. */
  async function bankRows(): Promise<string[]> {
    const rows: string[] = [];
    for await (const { id, code, memo, at } of issuerEntries(folders.issuer)) {
      if (code !== 'issue') continue;
      const major = `${(memo.amount ?? 0n) / 100n}.00`;
      rows.push(`${new Date(at).toISOString().slice(0, 10)},${major},EUR,in ${id}`);
    }
    return rows;
  }

  test('finds issued money on the account', async () => {
    const rows = await bankRows();
    const compared = await reconcileBank(folders.issuer, write(rows), later());
    assert.deepEqual([compared.agreed, compared.breaks], [rows.length, []]);
  });

  test('finds what the bank lacks, has otherwise or twice, and what is none of ours', async () => {
    const [first = '', ...rest] = await bankRows();
    const day = first.slice(0, 10);
    const broken = [first.replace('.00', '.01'), ...rest.slice(1), `${day},-3.00,EUR,fee`];
    const { breaks } = await reconcileBank(folders.issuer, write(broken), later());
    const found = breaks.map((one) => `${one.kind} ${one.side} ${one.expected} ${one.found}`);
    assert.deepEqual(found.toSorted(), [
      'amount bank 10000 10001',
      'missing bank 10000 undefined',
      'missing issuer -300 undefined',
    ]);
    const twice = await reconcileBank(folders.issuer, write([first, first, ...rest]), later());
    assert.deepEqual(
      twice.breaks.map(({ kind, side }) => [kind, side]),
      [['duplicate', 'bank']],
    );
  });

  test('refuses a statement that cannot be read', async () => {
    const file = write(['2026-01-31,1.00,USD,x']);
    await assert.rejects(reconcileBank(folders.issuer, file, now()), /import-invalid/);
  });
});

describe('coinbox books export', () => {
  test('writes each format into a file', async () => {
    const stretch = stretchOf(undefined, undefined, now());
    for (const [format, wanted] of [
      ['csv', /^settlement,bill,/],
      ['ndjson', /^{"settlement":"stl_/],
      ['camt.053', /<Amt Ccy="EUR">6\.60<\/Amt>/],
      ['camt.054', /<TtlNtries>\s*<NbOfNtries>2</],
    ] as const) {
      const file = join(site.folder, `book.${format}`);
      await exportBook(folders.provider, format, stretch, file, now());
      assert.match(readFileSync(file, 'utf8'), wanted);
    }
  });

  test('takes days of UTC, both of them part of the stretch', () => {
    const at = Date.UTC(2026, 0, 31, 12) as Instant;
    const day = Date.UTC(2026, 0, 30);
    assert.deepEqual(stretchOf('2026-01-30', '2026-01-30', at), { from: day, to: day + DAY });
    assert.deepEqual(stretchOf(undefined, undefined, at), { from: 0, to: day + 2 * DAY });
    assert.throws(() => stretchOf('2026-01-31', '2026-01-30', at), /before/);
    assert.throws(() => stretchOf('yesterday', undefined, at), /not a day/);
  });
});

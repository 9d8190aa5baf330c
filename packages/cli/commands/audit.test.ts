import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { createWriteStream, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, before, describe, test } from 'node:test';
import { evidenceHash } from '@coinbox/evidence';
import { money } from '@coinbox/protocol';
import type { WalletId } from '@coinbox/protocol';
import { auditChain } from '../audit/chain.ts';
import type { Found, SessionPapers } from '../audit/found.ts';
import { startSite, until } from '../e2e/site.ts';
import type { Site } from '../e2e/site.ts';
import { auditJson, auditSession, evidenceStep, formatAudit, writePack } from './audit.ts';
import type { Audited } from './audit.ts';
import { exportLines } from './export.ts';
import { makePayer, payTerminal, playMachine } from './pay.ts';

let site: Site;
let session: string;
let folders: readonly string[];
let exported: string;
let whole: Audited;

before(async () => {
  site = await startSite();
  const me = join(site.folder, 'me');
  await makePayer({ folder: me, issuerUrl: site.issuer.url, client: site.maker, funds: '100.00' });
  const terminal = `${site.gateway.url}/${site.terminal}/carrier`;
  const paid = await payTerminal({ folder: me, terminal, amount: '20.00', detach: true });
  session = paid.session as string;
  await playMachine({ terminal, session, energyWh: 5_600, minutes: 60 });
  folders = ['terminal', 'provider', 'me'].map((name) => join(site.folder, name));
  await until(async () => {
    const audit = await auditSession({ session, from: folders });
    return audit.settled > 0n && audit.held === 0n ? audit : undefined;
  });
  exported = join(site.folder, 'issuer.ndjson');
  await pipeline(exportLines(join(site.folder, 'issuer')), createWriteStream(exported));
  whole = await auditSession({ session, from: folders });
});
after(() => site.close());

const stepsOf = ({ steps }: Pick<Audited, 'steps'>) =>
  steps.map(({ step, state }) => [step, state]);

describe('coinbox audit', () => {
  test('follows a session from the payment to the receipts', () => {
    assert.deepEqual(
      stepsOf(whole),
      [
        'offer',
        'payment',
        'payment receipt',
        'accept',
        ...whole.papers.meters.slice(1).map(() => 'meter'),
        'final meter',
        'bill',
        'draw',
        'settlement',
        'settlement receipt',
        'refund',
        'refund receipt',
      ].map((step) => [step, 'holds']),
    );
    assert.ok(whole.ok);
    assert.deepEqual(
      [whole.paid, whole.settled, whole.refunded, whole.held],
      [2000n, 560n, 1440n, 0n],
    );
  });

  test('says it in a table, and in JSON without the messages', () => {
    const text = formatAudit(whole);
    assert.match(text, /paid 20\.00 = settled 5\.60 \+ given back 14\.40 \+ still held 0\.00/);
    assert.match(text, /Everything holds\.$/);
    const json = auditJson(whole) as Record<string, unknown>;
    assert.deepEqual([json['ok'], json['papers'], json['material']], [true, undefined, undefined]);
  });

  test('takes the certificates from an export where no folder of a payer is at hand', async () => {
    const from = [join(site.folder, 'terminal'), exported];
    const audit = await auditSession({ session, from });
    assert.ok(audit.ok, formatAudit(audit));
  });

  test('takes the folder of an issuer as its export', async () => {
    const from = [join(site.folder, 'terminal'), join(site.folder, 'issuer')];
    assert.ok((await auditSession({ session, from })).ok);
  });

  test('says what is missing where an export is all there is', async () => {
    const audit = await auditSession({ session, from: [exported] });
    assert.equal(audit.ok, false);
    const missing = audit.steps.filter(({ state }) => state === 'missing');
    assert.deepEqual(
      missing.map(({ step }) => step),
      ['payment', 'accept', 'final meter', 'settlement receipt', 'refund receipt'],
    );
  });

  test('says that a key is unknown where a certificate is missing', async () => {
    const audit = await auditSession({ session, from: [join(site.folder, 'terminal')] });
    const payment = audit.steps.find(({ step }) => step === 'payment');
    assert.deepEqual(payment?.faults[0], 'signature: key-unknown');
    assert.equal(audit.ok, false);
  });

  test('finds nothing of another session', async () => {
    const other = `${session.slice(0, -1)}${session.endsWith('0') ? '1' : '0'}`;
    const audit = await auditSession({ session: other, from: folders });
    assert.deepEqual(stepsOf(audit), [
      ['payment', 'missing'],
      ['accept', 'missing'],
    ]);
    assert.equal(audit.ok, false);
  });

  test('refuses another root key, and what is no source', async () => {
    const root = Buffer.alloc(32).toString('base64url');
    await assert.rejects(auditSession({ session, from: folders, root }), /another root key/);
    await assert.rejects(auditSession({ session, from: ['/nowhere'] }), /does not exist/);
    await assert.rejects(auditSession({ session: 'ses_1', from: folders }), /not a session/);
    const empty = join(site.folder, 'empty');
    mkdirSync(empty);
    await assert.rejects(auditSession({ session, from: [empty] }), /not the folder of a party/);
    const torn = join(site.folder, 'torn.ndjson');
    writeFileSync(torn, readFileSync(exported).subarray(0, 5_000));
    await assert.rejects(auditSession({ session, from: [torn] }), /cannot be read/);
  });

  test('writes an evidence pack that says for each message whether it holds', () => {
    const pack = join(site.folder, 'pack');
    const count = writePack(pack, whole);
    const files = readdirSync(pack);
    assert.equal(files.length, count);
    const names = JSON.parse(readFileSync(join(pack, 'messages.json'), 'utf8')) as {
      file: string;
      signature: string;
    }[];
    assert.equal(names.length, Object.values(whole.papers).flat().length);
    assert.ok(names.every(({ file, signature }) => files.includes(file) && signature === 'holds'));
    assert.throws(() => writePack(pack, whole), /EEXIST/);
  });

  test('refuses records that the final METER does not name', async () => {
    const given = writeRecords(createMeter(5_600));
    const audit = await auditSession({ session, from: folders, ...given });
    assert.deepEqual(audit.steps.at(-1), {
      step: 'meter evidence',
      state: 'broken',
      faults: ['evidence-missing'],
    });
    assert.equal(audit.ok, false);
    const { evidence } = given;
    await assert.rejects(auditSession({ session, from: folders, evidence }), /--meter-key/);
  });

  test('takes records that the final METER names and that say what it says', async () => {
    for (const [measured, state] of [
      [5_600, 'holds'],
      [5_599, 'broken'],
    ] as const) {
      const given = writeRecords(createMeter(measured));
      const named = evidenceHash(readFileSync(given.evidence, 'utf8').trim().split('\n'));
      const meters = edit(whole.papers.meters, { evidence: named });
      const step = await evidenceStep(given, { meters });
      assert.deepEqual([step?.state, step?.step], [state, 'meter evidence']);
    }
  });
});

type TestMeter = { readonly key: string; readonly records: readonly string[] };

/** A meter that has signed so many watt-hours. */
function createMeter(wh: number): TestMeter {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const record = (page: number, cause: string, value: number): string => {
    const TM = '2026-01-02T03:00:00,000+0000 S';
    const reading = { TM, TX: cause, RV: value, RI: '1-b:1.8.0', RU: 'Wh', ST: 'G' };
    const payload = JSON.stringify({ PG: `T${page}`, MS: '4711', RD: [reading] });
    const SD = sign('sha256', Buffer.from(payload), privateKey).toString('hex');
    return `OCMF|${payload}|${JSON.stringify({ SD })}`;
  };
  return {
    key: publicKey.export({ type: 'spki', format: 'der' }).toString('hex'),
    records: [record(1, 'B', 1_000), record(2, 'E', 1_000 + wh)],
  };
}

function writeRecords({ key, records }: TestMeter) {
  const file = (name: string, text: string): string => {
    writeFileSync(join(site.folder, name), text);
    return join(site.folder, name);
  };
  const evidence = file('records.ocmf', `${records.join('\n')}\n`);
  return { evidence, meterKey: file('meter.key', `${key}\n`), meterSerial: '4711' };
}

type Change = (papers: SessionPapers) => Partial<SessionPapers>;
const first = <T>(all: readonly T[]): T => all[0] as T;
const edit = <T>(all: readonly Found<T>[], change: Partial<T>): readonly Found<T>[] =>
  all.map((one) => ({ ...one, body: { ...one.body, ...change } }));
const elsewhere = new Uint8Array(32);

describe('auditChain()', () => {
  const rows: readonly (readonly [string, string, string, Change])[] = [
    [
      'a signature does not hold',
      'payment',
      'signature: signature-invalid',
      ({ pays }) => ({ pays: [{ ...first(pays), refusal: 'signature-invalid' }] }),
    ],
    [
      'the payer names another wallet',
      'payment',
      'not signed by the payer that it names',
      ({ pays }) => ({ pays: [{ ...first(pays), signer: 'wal_other' }] }),
    ],
    [
      'less is held than was paid',
      'accept',
      'another amount than was paid',
      ({ accepts }) => ({ accepts: edit(accepts, { held: money(1n) }) }),
    ],
    [
      'a METER is missing',
      'final meter',
      'number 2 is not number 1',
      ({ meters }) => ({ meters: edit(meters.slice(-1), { number: 2 }) }),
    ],
    [
      'the tariff was changed',
      'final meter',
      'another tariff than the offer',
      ({ meters }) => ({ meters: edit(meters, { tariffHash: elsewhere }) }),
    ],
    [
      'the bill rests on another METER',
      'bill',
      'does not name the final METER',
      ({ bills }) => ({ bills: edit(bills, { meterHash: elsewhere }) }),
    ],
    [
      'the lines of the bill are wrong',
      'bill',
      'the lines do not add up',
      ({ bills }) => ({ bills: edit(bills, { lines: [] }) }),
    ],
    [
      'another amount was drawn',
      'draw',
      'another amount than the bill',
      ({ draws }) => ({ draws: edit(draws, { amount: money(561n) }) }),
    ],
    [
      'another amount was settled',
      'settlement',
      'another amount than the bill',
      ({ settles }) => ({ settles: edit(settles, { amount: money(561n) }) }),
    ],
    [
      'the money went to another wallet',
      'settlement receipt',
      'to another wallet',
      ({ receipts }) => ({
        receipts: edit(receipts, { to: first(receipts).body.from as WalletId }),
      }),
    ],
    [
      'the refund goes to a stranger',
      'refund',
      'to a wallet that has not paid',
      ({ refunds, bills }) => ({ refunds: edit(refunds, { payer: first(bills).body.provider }) }),
    ],
    [
      'a receipt was refused',
      'settlement receipt',
      'refused',
      ({ receipts }) => ({ receipts: edit(receipts, { result: 'refused' }) }),
    ],
  ];
  for (const [what, step, fault, change] of rows) {
    test(`says where it breaks when ${what}`, () => {
      const audit = auditChain({ ...whole.papers, ...change(whole.papers) });
      assert.equal(audit.ok, false);
      const broken = audit.steps.find((one) => one.step === step);
      assert.ok(broken?.faults.includes(fault), JSON.stringify(audit.steps, bigintsAsText));
    });
  }

  const gone: readonly (readonly [keyof SessionPapers, string])[] = [
    ['offers', 'offer'],
    ['pays', 'payment'],
    ['accepts', 'accept'],
    ['meters', 'final meter'],
    ['bills', 'bill'],
    ['draws', 'draw'],
    ['receipts', 'settlement receipt'],
  ];
  for (const [name, step] of gone) {
    test(`says that the ${step} is missing`, () => {
      const audit = auditChain({ ...whole.papers, [name]: [] });
      assert.equal(audit.ok, false);
      assert.ok(audit.steps.some((one) => one.step === step && one.state === 'missing'));
    });
  }
});

const bigintsAsText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}` : value;

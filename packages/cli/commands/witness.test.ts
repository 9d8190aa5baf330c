import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { initIssuer, startIssuer } from '@coinbox/issuer';
import type { RunningIssuer } from '@coinbox/issuer';
import { Fault, openCheckpoint, openCosignature, parseNote, parseNoteKey } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { pino } from 'pino';
import { EXIT } from '../exit-codes.ts';
import { EVIDENCE_FILE, lookJson, makeWitness, openWitness, serveWitness } from './witness.ts';

const log = pino({ level: 'silent' });
const main = join(import.meta.dirname, '../main.ts');
let folder: string;
let issuer: RunningIssuer;
const place = (name: string): string => join(folder, name);
const start = (name = 'issuer', port = 0): Promise<RunningIssuer> =>
  startIssuer({ folder: place(name), log, port });

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coinbox-witness-'));
  const clock = { now: () => Date.now() as Instant };
  initIssuer(place('issuer'), { network: 'seen', asset: 'CNY/2', clock });
  // Closed and started again, so that its checkpoint is published.
  await (await start()).close();
  cpSync(place('issuer'), place('fork'), { recursive: true });
  issuer = await start();
});
after(async () => {
  await issuer.close();
  rmSync(folder, { recursive: true });
});

/** An operation by an operator: one entry more in the ledger. */
async function addEntry(running: RunningIssuer, person: string): Promise<void> {
  const { issuer: own } = running;
  const wallet = `wal_0${person.repeat(25)}`;
  const key = {
    algorithm: 'EdDSA',
    bytes: Buffer.from(keyOf[person] ?? '', 'hex').toString('base64url'),
  };
  const body = { wallet, role: 'payer', key };
  const opened = await own.call('openWallet', { query: {}, person: 'maker', body });
  assert.ok(opened.ok, JSON.stringify(opened));
}
/** Public keys of RFC 8032 §7.1. */
const keyOf: Readonly<Record<string, string>> = {
  '1': 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  '2': '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
};

describe('a witness', () => {
  it('signs the checkpoint of an issuer, and serves it with both signatures', async () => {
    const made = await makeWitness(place('w1'), { log: issuer.url, name: 'witness.example/w1' });
    const witness = openWitness(place('w1'));
    assert.equal(witness.key, made.key);
    const running = await serveWitness(witness, '127.0.0.1', 0);
    const get = (path: string): Promise<Response> => fetch(running.url + path);
    assert.equal((await get('/checkpoint')).status, 404);
    assert.equal(((await (await get('/')).json()) as { state: string }).state, 'starting');
    assert.equal((await witness.look()).kind, 'signed');
    const note = await (await get('/checkpoint')).text();
    const [logKey, key] = [made.log, made.key].map(parseNoteKey);
    assert.ok(logKey?.ok && key?.ok);
    const opened = openCheckpoint(note, logKey.value);
    assert.ok(opened.ok);
    assert.equal(opened.value.checkpoint.origin, 'coinbox/seen');
    const parsed = parseNote(note);
    assert.ok(parsed.ok && openCosignature(parsed.value, key.value).ok);
    const status = (await (await get('/')).json()) as Record<string, unknown>;
    assert.deepEqual([status['state'], status['size'], status['key']], ['signed', 1, made.key]);
    assert.equal((await fetch(running.url, { method: 'POST' })).status, 405);
    await running.close();
    witness.close();
  });

  it('has its folder for itself, and a root key that it was told', async () => {
    const witness = openWitness(place('w1'));
    assert.throws(
      () => openWitness(place('w1')),
      (fault) => fault instanceof Fault && fault.code === 'already-running',
    );
    witness.close();
    await assert.rejects(
      makeWitness(place('w2'), { log: issuer.url, root: 'AAAA' }),
      /another root/,
    );
  });

  it('waits while the issuer cannot be reached', async () => {
    const config = JSON.parse(readFileSync(join(place('w1'), 'witness.json'), 'utf8'));
    cpSync(place('w1'), place('w3'), { recursive: true });
    const away = { ...config, issuerUrl: 'http://127.0.0.1:1' };
    writeFileSync(join(place('w3'), 'witness.json'), JSON.stringify(away));
    const witness = openWitness(place('w3'));
    const look = await witness.look();
    assert.deepEqual(lookJson(look)['state'], 'waiting');
    witness.close();
  });

  it('keeps the evidence of a split view, signs no more, and ends with 65', async () => {
    await addEntry(issuer, '1');
    await issuer.close();
    issuer = await start();
    const witness = openWitness(place('w1'));
    // It follows the issuer wherever it listens.
    const config = JSON.parse(readFileSync(join(place('w1'), 'witness.json'), 'utf8'));
    witness.close();
    const pointTo = (url: string): void =>
      writeFileSync(
        join(place('w1'), 'witness.json'),
        JSON.stringify({ ...config, issuerUrl: url }),
      );
    pointTo(issuer.url);
    const grown = openWitness(place('w1'));
    const look = await grown.look();
    assert.deepEqual([lookJson(look)['state'], lookJson(look)['size']], ['signed', 2]);
    grown.close();

    // The same keys over a ledger that went another way from the first entry on.
    const fork = await start('fork');
    await addEntry(fork, '2');
    await fork.close();
    const other = await start('fork');
    pointTo(other.url);
    const args = [main, 'witness', 'run', place('w1'), '--once', '--json'];
    const ended = await new Promise<{ code: unknown; stdout: string; stderr: string }>(
      (resolve) => {
        execFile(process.execPath, args, (error, stdout, stderr) =>
          resolve({ code: error?.code, stdout, stderr }),
        );
      },
    );
    assert.equal(ended.code, EXIT.data);
    assert.match(ended.stderr, /not one log/);
    const told = JSON.parse(ended.stdout);
    assert.deepEqual([told.state, told.what], ['evidence', 'split']);
    assert.equal(existsSync(join(place('w1'), EVIDENCE_FILE)), true);
    await other.close();

    // Even the honest log is not signed any more until a person has looked.
    pointTo(issuer.url);
    const again = openWitness(place('w1'));
    assert.equal((await again.look()).kind, 'evidence');
    const running = await serveWitness(again, '127.0.0.1', 0);
    assert.equal((await fetch(running.url)).status, 409);
    assert.equal((await fetch(`${running.url}/checkpoint`)).status, 404);
    await running.close();
    again.close();
  });
});

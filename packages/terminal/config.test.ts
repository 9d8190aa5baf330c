import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Fault, toHex } from '@coinbox/protocol';
import type { FaultCode, Instant } from '@coinbox/protocol';
import { createTerminalFolder, readTerminalFolder } from './config.ts';
import type { TerminalConfig } from './config.ts';
import { KIT_START, KIT_TARIFF, enrolKitTerminal, kitParties, kitTerminal } from './testing/kit.ts';

const root = mkdtempSync(join(tmpdir(), 'coinbox-config-'));
after(() => rmSync(root, { recursive: true }));
const newFolder = (): string => mkdtempSync(join(root, 'terminal-'));
const fault =
  (code: FaultCode) =>
  (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === code;
const enrolled = (over: Partial<TerminalConfig> = {}): string => {
  const folder = newFolder();
  enrolKitTerminal(folder, over);
  return folder;
};

describe('createTerminalFolder()', () => {
  it('makes a folder for the owner only, with two different keys', () => {
    const folder = join(newFolder(), 'new');
    const keys = createTerminalFolder(folder);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    const [holding, settlement] = [keys.signer('holding'), keys.signer('settlement')];
    assert.notEqual(toHex(holding.keyId), toHex(settlement.keyId));
  });

  it('does not make keys twice', () => {
    const folder = newFolder();
    createTerminalFolder(folder);
    assert.throws(() => createTerminalFolder(folder), fault('already-initialised'));
  });
});

describe('readTerminalFolder()', () => {
  it('reads what enrolment has written', () => {
    const folder = readTerminalFolder(enrolled(), KIT_START);
    assert.equal(folder.keys.holdingCertificate.body.wallet, kitTerminal);
    assert.equal(folder.keys.settlementCertificate.body.terminal, kitTerminal);
    assert.equal(toHex(folder.keys.holding.keyId), toHex(kitParties.holding.certificate.keyId));
    assert.deepEqual(folder.limits, { asset: 'CNY/2', least: 100n, most: 20_000n });
    assert.deepEqual(folder.tariffs, [KIT_TARIFF]);
    assert.equal(folder.certificates.length, 2);
    assert.ok(folder.book.certificateOf(kitParties.issuer.certificate.keyId));
  });

  it('puts the tariff with the highest number first, as a number', () => {
    const folder = enrolled();
    writeFileSync(join(folder, 'tariffs', '10.json'), 'ten');
    writeFileSync(join(folder, 'tariffs', '2.json'), 'two');
    writeFileSync(join(folder, 'tariffs', 'notes.txt'), 'not one');
    const { tariffs } = readTerminalFolder(folder, KIT_START);
    assert.deepEqual(tariffs, ['ten', 'two', KIT_TARIFF]);
  });

  const stranger = {
    algorithm: 'EdDSA',
    bytes: Buffer.alloc(32, 9).toString('base64url'),
  } as const;
  const broken: readonly (readonly [string, Partial<TerminalConfig>])[] = [
    ['a network that is no name', { network: 'Example!' }],
    ['an asset that is none', { asset: 'yuan' }],
    ['an amount with a point', { least: '1.00' }],
    ['a root key of another length', { root: { algorithm: 'ES256', bytes: stranger.bytes } }],
    ['a root that has not certified the authority', { root: stranger }],
    ['a certificate that is none', { holdingCertificate: 'AAAA' }],
    ['another network than its certificates', { network: 'other' }],
  ];
  for (const [title, over] of broken) {
    it(`refuses ${title}`, () => {
      const folder = enrolled(over);
      assert.throws(() => readTerminalFolder(folder, KIT_START), fault('config-invalid'));
    });
  }

  it('refuses certificates that have expired', () => {
    const late = (KIT_START + 400 * 86_400_000) as Instant;
    assert.throws(() => readTerminalFolder(enrolled(), late), fault('config-invalid'));
  });

  it('refuses a folder that was never enrolled, and keys that others can read', () => {
    assert.throws(() => readTerminalFolder(newFolder(), KIT_START), fault('not-initialised'));
    const folder = enrolled();
    chmodSync(join(folder, 'keys.json'), 0o644);
    assert.throws(() => readTerminalFolder(folder, KIT_START), fault('startup-unsafe'));
  });
});

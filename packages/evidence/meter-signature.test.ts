import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import { readMeterKey, verifyOcmf } from './meter-signature.ts';
import type { MeterKey } from './meter-signature.ts';
import { CURVE_NAMES, KEBA, createTestMeter, payload, reading } from './testing/meter.ts';

function keyOf(der: Uint8Array): MeterKey {
  const key = readMeterKey(der);
  assert.ok(key.ok);
  return key.value;
}
const codeOf = async (text: string, key: MeterKey): Promise<string> => {
  const record = await verifyOcmf(text, key);
  return record.ok ? 'good' : record.rejection.code;
};
const kebaKey = keyOf(Buffer.from(KEBA.key, 'hex'));
const meter = createTestMeter();
const key = keyOf(meter.publicKey);
const good = meter.sign(payload(1, [reading(0, '1', 'B')]));
const withSignature = (signature: object): string =>
  meter.sign(payload(1, [reading(0, '1', 'B')]), signature);

describe('verifyOcmf()', () => {
  test('takes a record that a KEBA KCP30 has signed', async () => {
    assert.equal(await codeOf(KEBA.record, kebaKey), 'good');
  });

  test('agrees with OpenSSL over the bytes between the bars', async () => {
    for (const [text, der] of [
      [KEBA.record, Buffer.from(KEBA.key, 'hex')],
      [good, Buffer.from(meter.publicKey)],
    ] as const) {
      const [, signed = '', signature = ''] = text.split('|');
      const bytes = Buffer.from((JSON.parse(signature) as { SD: string }).SD, 'hex');
      const openssl = createPublicKey({ key: der, format: 'der', type: 'spki' });
      assert.ok(verify('sha256', Buffer.from(signed), openssl, bytes));
      const other = Buffer.from(signed.replace('"RV":', '"RV": '));
      assert.ok(!verify('sha256', other, openssl, bytes));
    }
  });

  for (const [openssl, name] of CURVE_NAMES) {
    test(`takes a signature on ${name}`, async () => {
      const on = createTestMeter(openssl, name);
      const text = on.sign(payload(1, [reading(0, '1', 'B')]));
      assert.equal(await codeOf(text, keyOf(on.publicKey)), 'good');
    });
  }

  test('refuses a record of which any one character of the values was changed', async () => {
    for (const [from, to] of [
      ['0.2597', '0.2697'],
      ['17619300', '17619301'],
      ['"T32"', '"T33"'],
      ['10:03:36', '10:03:37'],
      [',"TX":"E"', ', "TX":"E"'],
    ] as const) {
      const changed = KEBA.record.replace(from, to);
      assert.notEqual(changed, KEBA.record);
      assert.equal(await codeOf(changed, kebaKey), 'evidence-signature-invalid', from);
    }
  });

  const bad: readonly (readonly [string, object])[] = [
    ['no signature at all', {}],
    ['an empty signature', { SD: '' }],
    ['a placeholder', { SD: '00'.repeat(70) }],
    ['a placeholder in words', { SD: 'TODO' }],
    ['a signature of r = s = 0', { SD: '3006020100020100' }],
    ['a signature with bytes behind it', { SD: `${sdOf(good)}00` }],
    ['a signature of another record', { SD: sdOf(KEBA.record) }],
    ['an unknown algorithm', { SA: 'ECDSA-secp521r1-SHA256', SD: sdOf(good) }],
    ['another curve than that of the key', { SA: 'ECDSA-secp256k1-SHA256', SD: sdOf(good) }],
    ['another encoding', { SE: 'base64', SD: 'AAAA' }],
    ['another form', { SM: 'application/x-raw', SD: sdOf(good) }],
    ['a list instead of a signature', []],
  ];
  for (const [what, signature] of bad) {
    test(`refuses ${what}`, async () => {
      assert.equal(await codeOf(withSignature(signature), key), 'evidence-signature-invalid');
    });
  }

  test('refuses the key of another meter', async () => {
    assert.equal(await codeOf(KEBA.record, key), 'evidence-signature-invalid');
  });

  test('refuses what is no record before it looks at a signature', async () => {
    assert.equal(await codeOf('OCMF|{}|{}', key), 'evidence-invalid');
  });
});

describe('readMeterKey()', () => {
  const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
  const p521 = createTestMeter('secp521r1').publicKey;
  for (const [what, der] of [
    ['nothing', new Uint8Array()],
    ['a key that is cut off', meter.publicKey.subarray(0, 80)],
    ['a key of Ed25519', ed25519],
    ['a key on a curve that OCMF does not have', p521],
  ] as const) {
    test(`refuses ${what}`, () => {
      const read = readMeterKey(der);
      assert.equal(read.ok ? 'read' : read.rejection.code, 'key-invalid');
    });
  }
});

function sdOf(text: string): string {
  return (JSON.parse(text.split('|')[2] as string) as { SD: string }).SD;
}

import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { softwareSigner } from '@coinbox/protocol';
import type { EventJson, Instant } from '@coinbox/protocol';
import { publicKeyText, signedRequest } from './signed-request.ts';

const signer = softwareSigner('EdDSA', new Uint8Array(32).fill(7));
const event: EventJson = {
  id: 12,
  type: 'refund.posted',
  timestamp: '2026-01-31T00:00:00.000Z',
  data: { group: 'rfd_1', status: 'posted', amount: '5' },
};

test('signedRequest() can be checked by what Standard Webhooks says and a key of OpenSSL', () => {
  const { headers, body } = signedRequest(event, 1_700_000_000_999 as Instant, signer);
  assert.deepEqual(JSON.parse(body), event);
  assert.equal(headers['webhook-id'], 'evt_12');
  assert.equal(headers['webhook-timestamp'], '1700000000');
  const [version, signature = ''] = (headers['webhook-signature'] ?? '').split(',');
  assert.equal(version, 'v1a');
  const raw = Buffer.from(publicKeyText(signer).replace('whpk_', ''), 'base64');
  assert.equal(raw.length, 32);
  // RFC 8410: the head of an Ed25519 key as SubjectPublicKeyInfo.
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const signed = (text: string): boolean =>
    verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
  assert.ok(signed(`evt_12.1700000000.${body}`));
  assert.ok(!signed(`evt_12.1700000001.${body}`));
  assert.ok(!signed(`evt_13.1700000000.${body}`));
});

test('signedRequest() has the same id at every attempt, and another signature', () => {
  const [first, second] = [1_000, 9_000].map((at) => signedRequest(event, at as Instant, signer));
  assert.equal(first?.headers['webhook-id'], second?.headers['webhook-id']);
  assert.notEqual(first?.headers['webhook-signature'], second?.headers['webhook-signature']);
});

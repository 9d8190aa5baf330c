import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { API_OPERATIONS, MESSAGES, MESSAGE_OPERATIONS } from './operations.ts';

describe('MESSAGES', () => {
  it('have the typ of their name, each once', () => {
    for (const [name, { typ }] of Object.entries(MESSAGES)) assert.equal(typ, `coinbox.${name}`);
  });

  it('are signed by the party that says so in its table', () => {
    const signers = Object.entries(MESSAGES).map(([name, { signedBy }]) => [name, ...signedBy]);
    assert.deepEqual(signers, [
      ['offer', 'holding'],
      ['pay', 'payer'],
      ['accept', 'holding'],
      ['void', 'holding'],
      ['meter', 'holding'],
      ['bill', 'provider'],
      ['refusal', 'holding'],
      ['draw', 'holding'],
      ['settle', 'settlement'],
      ['refund', 'holding'],
      ['receipt', 'issuer'],
      ['load', 'payer'],
      ['sync', 'holding'],
      ['fork', 'payer', 'holding', 'settlement', 'provider'],
      ['parameters', 'authority'],
      ['epoch', 'authority'],
      ['status', 'authority'],
    ]);
  });
});

describe('MESSAGE_OPERATIONS', () => {
  it('are messages, under the same name', () => {
    for (const [name, type] of Object.entries(MESSAGE_OPERATIONS)) {
      assert.equal(MESSAGES[name as keyof typeof MESSAGES], type);
    }
  });
});

describe('API_OPERATIONS', () => {
  const operations = Object.entries(API_OPERATIONS);

  it('have a method and path of their own', () => {
    const lines = operations.map(([, { method, path }]) => `${method} ${path}`);
    assert.equal(new Set(lines).size, lines.length);
  });

  it('take an Idempotency-Key where they change something, and a token then', () => {
    for (const [name, { method, keyed, access }] of operations) {
      assert.equal(keyed, method === 'POST', name);
      if (keyed) assert.equal(access, 'person', name);
    }
  });

  it('have at most one parameter in the path', () => {
    for (const [name, { path }] of operations) {
      assert.ok((path.match(/:/g)?.length ?? 0) <= 1, name);
    }
  });
});

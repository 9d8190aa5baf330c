import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REJECTIONS, isRejectionCode, rejectionRow } from './rejections.ts';
import { amountRejections } from './rejections/amounts.ts';
import { bookRejections } from './rejections/books.ts';
import { encodingRejections } from './rejections/encoding.ts';
import { evidenceRejections } from './rejections/evidence.ts';
import { httpRejections } from './rejections/http.ts';
import { ledgerRejections } from './rejections/ledger.ts';
import { paymentRejections } from './rejections/payments.ts';
import { settlementRejections } from './rejections/settlement.ts';
import { signatureRejections } from './rejections/signatures.ts';
import { webhookRejections } from './rejections/webhooks.ts';

describe('REJECTIONS', () => {
  const rows = Object.entries(REJECTIONS);

  it('hold every row of every part, so that no part hides a row of another', () => {
    const parts = [
      encodingRejections,
      amountRejections,
      signatureRejections,
      paymentRejections,
      settlementRejections,
      ledgerRejections,
      httpRejections,
      evidenceRejections,
      bookRejections,
      webhookRejections,
    ];
    const sum = parts.reduce((count, part) => count + Object.keys(part).length, 0);
    assert.equal(rows.length, sum);
  });

  it('have codes in kebab-case, short enough for a RECEIPT and a REFUSAL', () => {
    for (const [code] of rows) {
      assert.match(code, /^[a-z]+(?:-[a-z]+)*$/);
      assert.ok(code.length <= 40, code);
    }
  });

  it('have an HTTP status of a refusal', () => {
    for (const [code, { status }] of rows) assert.ok(status >= 400 && status <= 511, code);
  });

  it('have texts that are sentences', () => {
    for (const [code, { en, zh }] of rows) {
      assert.match(en, /^[A-Z].*\.$/, code);
      assert.match(zh, /。$/, code);
    }
  });

  it('promise with status 5xx, 408 and 429 that the same bytes may come again', () => {
    for (const [code, { status, retry }] of rows) {
      if (status >= 500 || status === 408 || status === 429) assert.equal(retry, 'later', code);
      if (status === 400 || status === 413 || status === 415) assert.equal(retry, 'never', code);
    }
  });

  /** The bad-input table: code and status as it fixes them. */
  const fixed: readonly (readonly [number, string])[] = [
    [400, 'malformed-empty malformed-truncated malformed-trailing malformed-duplicate-key'],
    [400, 'malformed-noncanonical malformed-depth malformed-length malformed-text malformed-type'],
    [400, 'malformed-tag malformed-unknown-field malformed-missing-field malformed-json'],
    [413, 'too-large too-many-items'],
    [415, 'unsupported-media-type unsupported-encoding'],
    [400, 'unsupported-version header-critical-unknown header-unexpected'],
    [422, 'amount-zero amount-negative amount-out-of-range amount-syntax amount-overflow'],
    [422, 'currency-unknown currency-mismatch currency-exponent limit-transaction'],
    [422, 'limit-cumulative insufficient-funds order-expired order-not-yet-valid id-reused'],
    [401, 'signature-missing signature-invalid algorithm-mismatch key-unknown key-revoked'],
    [401, 'key-expired'],
    [403, 'key-wrong-role wallet-frozen bill-wrong-provider approval-same-person forbidden'],
    [404, 'terminal-unknown payment-unknown not-found'],
    [409, 'terminal-not-accepting in-progress bill-no-session session-closed'],
    [422, 'account-same offline-limit offline-stale bill-wrong-terminal bill-over-ceiling'],
    [422, 'insufficient-terminal-funds bill-expired bill-invalid bill-text'],
    [422, 'settlement-bill-mismatch settlement-bill-missing'],
    [409, 'bill-already-settled counter-conflict counter-rollback counter-gap mapping-missing'],
    [409, 'mapping-changed backing-insufficient refund-conflict'],
    [422, 'refund-exceeds-unspent refund-destination idempotency-key-reused'],
    [400, 'idempotency-key-missing idempotency-key-invalid cursor-invalid parameter-invalid'],
    [400, 'parameter-unknown http-malformed'],
    [409, 'idempotency-in-progress proposal-expired proposal-stale'],
    [428, 'precondition-required'],
    [412, 'precondition-failed'],
    [408, 'request-timeout'],
    [429, 'rate-limited'],
    [405, 'method-not-allowed'],
    [503, 'overloaded'],
    [507, 'storage-full'],
  ];
  for (const [status, codes] of fixed) {
    it(`answer ${status} for ${codes}`, () => {
      for (const code of codes.split(' ')) {
        assert.ok(isRejectionCode(code), code);
        assert.equal(rejectionRow(code).status, status, code);
      }
    });
  }
});

describe('isRejectionCode()', () => {
  it('knows codes from other words and other values', () => {
    assert.equal(isRejectionCode('amount-zero'), true);
    for (const value of ['toString', '__proto__', '', 'amount_zero', 7, null, undefined]) {
      assert.equal(isRejectionCode(value), false);
    }
  });
});

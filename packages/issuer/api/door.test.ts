import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { rejectionRow } from '@coinbox/protocol';
import type { Pay, RejectionCode, Signed } from '@coinbox/protocol';
import { encodingRows, signatureRows } from '../testing/bad-messages.ts';
import { createForge } from '../testing/forge.ts';
import type { Forge } from '../testing/forge.ts';
import { createServerFixture } from '../testing/server.ts';
import type { HttpAnswer, ServerFixture } from '../testing/server.ts';
import { paidSession } from '../testing/session.ts';
import type { FixtureIssuer } from '../testing/fixture.ts';
import type { PaidSession } from '../testing/session.ts';

let server: ServerFixture;
let s: PaidSession<FixtureIssuer>;
/** A PAY that would be posted, if it were sent as it is. */
let pay: Signed<Pay>;
let forge: Forge;

before(async () => {
  server = await createServerFixture();
  s = await paidSession(server);
  pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 10n);
  forge = createForge(s, pay);
});
after(() => server.close());

/** The answer is a problem document that says this much and no more, and the log has not moved. */
function assertProblem(answer: HttpAnswer, status: number, code: RejectionCode): void {
  const { json, headers } = answer;
  assert.deepEqual([answer.status, json?.['code'], json?.['status']], [status, code, status]);
  assert.equal(headers.get('content-type'), 'application/problem+json');
  assert.equal(headers.get('coinbox-code'), code);
  assert.match(String(json?.['type']), new RegExp(`/problems/${code}$`));
  assert.equal(json?.['title'], rejectionRow(code).en);
  assert.match(String(json?.['trace_id']), /^[0-9a-f]{32}$/);
  assert.doesNotMatch(answer.bytes.toString(), /\.ts:|node:|\bat \w+ \(/);
}

describe('POST /v1/messages', () => {
  for (const [row, input, status, code, make] of [...encodingRows, ...signatureRows]) {
    test(`row ${row}: ${input} is answered ${status} ${code}`, async () => {
      const before = await s.headOf();
      assertProblem(await server.send(make(forge)), status, code);
      assert.equal(await s.headOf(), before);
    });
  }

  test('row 2: every prefix of a message is malformed-truncated', async () => {
    const before = await s.headOf();
    for (let length = 1; length < pay.bytes.length; length++) {
      const answer = await server.send(pay.bytes.subarray(0, length));
      assert.equal(answer.json?.['code'], 'malformed-truncated', `${length} bytes`);
    }
    assert.equal(await s.headOf(), before);
  });

  test('row 32: no SETTLE with one bit flipped is taken', async () => {
    const { bytes } = s.settle(s.bill(320n));
    const before = await s.headOf();
    const codes = new Map<string, number>();
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      const answer = await s.issuer.submit(flipped);
      assert.equal(answer.ok, false, `bit ${bit}`);
      const code = answer.ok ? '' : answer.rejection.code;
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    assert.equal(await s.headOf(), before);
    assert.ok((codes.get('signature-invalid') ?? 0) > bytes.length * 6, [...codes].join(' '));
  });

  test('row 17: another content type or charset: 415 unsupported-media-type', async () => {
    for (const type of ['application/json', 'application/cose; charset=utf-16', 'text/plain', '']) {
      const headers = { 'content-type': type };
      const answer = await server.ask('/v1/messages', { method: 'POST', headers, body: pay.bytes });
      assertProblem(answer, 415, 'unsupported-media-type');
    }
  });

  test('row 18: a compressed body is answered 415 unsupported-encoding', async () => {
    const headers = { 'content-type': 'application/cose', 'content-encoding': 'gzip' };
    const body = gzipSync(pay.bytes);
    const answer = await server.ask('/v1/messages', { method: 'POST', headers, body });
    assertProblem(answer, 415, 'unsupported-encoding');
  });

  test('row 95: another method is answered 405 with Allow', async () => {
    const answer = await server.ask('/v1/messages', { method: 'PUT', body: 'x' });
    assertProblem(answer, 405, 'method-not-allowed');
    assert.equal(answer.headers.get('allow'), 'POST');
  });

  test('a query is answered 400 parameter-unknown', async () => {
    const headers = { 'content-type': 'application/cose' };
    const path = '/v1/messages?dry=1';
    const answer = await server.ask(path, { method: 'POST', headers, body: pay.bytes });
    assertProblem(answer, 400, 'parameter-unknown');
  });

  test('the title is Chinese for who asks for Chinese', async () => {
    const headers = { 'content-type': 'text/plain', 'accept-language': 'zh-CN,zh;q=0.9' };
    const answer = await server.ask('/v1/messages', { method: 'POST', headers, body: 'x' });
    assert.equal(answer.json?.['title'], '不支持该内容类型。');
  });

  test('what is posted: 200 with the receipt, and again with the same bytes', async () => {
    const first = await server.send(pay.bytes);
    assert.equal(first.status, 200);
    assert.equal(first.headers.get('content-type'), 'application/cose; cose-type="cose-sign1"');
    assert.equal(first.headers.get('idempotent-replayed'), null);
    const receipt = s.readReceipt(first.bytes);
    assert.deepEqual([receipt.result, receipt.amount], ['posted', 10n]);
    const again = await server.send(pay.bytes);
    assert.equal(again.status, 200);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    assert.deepEqual(again.bytes, first.bytes);
  });

  test('what is refused for good: the status of its code, and a receipt', async () => {
    const offer = s.messages.offer(s.terminal, s.provider);
    const answer = await server.send(s.messages.pay(s.payer, offer, 99_999n).bytes);
    assert.equal(answer.status, 422);
    assert.equal(answer.headers.get('coinbox-code'), 'insufficient-funds');
    assert.equal(s.readReceipt(answer.bytes).result, 'refused');
  });

  test('what is parked is answered 202', async () => {
    await s.freeze(s.provider);
    const answer = await server.send(s.settle(s.bill(1n)).bytes);
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get('coinbox-code'), 'settlement-parked');
    await s.unfreeze(s.provider);
  });

  test('row 37: an expired certificate is answered 401 key-expired', async () => {
    const now = s.clock.now();
    s.clock.set(now + 6 * 365 * 86_400_000);
    try {
      assertProblem(await server.send(pay.bytes), 401, 'key-expired');
    } finally {
      s.clock.set(now);
    }
  });
});

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { BILL, DRAW, OFFER, PAY, SETTLE } from '@coinbox/protocol';
import type { Settle, Signed, Trust } from '@coinbox/protocol';
import { TEST_NETWORK, expect } from '../testing/fixture.ts';
import { createPaidSession } from '../testing/session.ts';
import { openPresented, present } from './present.ts';
import { verifyChecks } from './verifier.ts';

let s: Awaited<ReturnType<typeof createPaidSession>>;
let trust: Trust;
let settle: Signed<Settle>;
before(async () => {
  s = await createPaidSession();
  trust = { network: TEST_NETWORK, certificateOf: s.issuer.registry.certificateOf };
  settle = s.settle(s.bill(320n));
});

const openerOf = (bytes: Uint8Array, valid?: readonly boolean[]) => {
  const presented = expect(present(bytes, trust));
  const checked = valid ?? verifyChecks(presented.checks);
  return openPresented(presented, checked, trust, s.clock.now());
};

describe('present()', () => {
  test('a PAY has one check, its own', () => {
    const pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 1n);
    const { typ, checks } = expect(present(pay.bytes, trust));
    assert.equal(typ, PAY.typ);
    assert.deepEqual(
      checks.map(({ key }) => key),
      [s.payer.signer.publicKey],
    );
    assert.deepEqual(verifyChecks(checks), [true]);
  });

  test('a SETTLE has three: its own, of the DRAW, of the BILL', () => {
    const { checks } = expect(present(settle.bytes, trust));
    const { terminal, provider } = s;
    const signers = [terminal.settlement, terminal.holding, provider];
    assert.deepEqual(
      checks.map(({ key }) => key),
      signers.map(({ signer }) => signer.publicKey),
    );
    assert.deepEqual(verifyChecks(checks), [true, true, true]);
  });

  test('a key that nobody knows is told without a signature', () => {
    const strange: Trust = { ...trust, certificateOf: () => undefined };
    const presented = present(settle.bytes, strange);
    assert.equal(!presented.ok && presented.rejection.code, 'key-unknown');
  });

  test('what is no message is told without a signature', () => {
    const presented = present(Uint8Array.of(0xd2), trust);
    assert.equal(!presented.ok && presented.rejection.code, 'malformed-truncated');
  });
});

describe('openPresented()', () => {
  test('opens the message and those inside it', () => {
    const open = openerOf(settle.bytes);
    const { body } = expect(open(SETTLE, settle.bytes));
    assert.deepEqual(body, settle.body);
    assert.equal(expect(open(DRAW, body.draw)).body.amount, 320n);
    assert.equal(expect(open(BILL, body.bill as Uint8Array)).body.amount, 320n);
  });

  test('goes by what the checks have said, one by one', () => {
    const open = openerOf(settle.bytes, [true, false, true]);
    const { body } = expect(open(SETTLE, settle.bytes));
    const draw = open(DRAW, body.draw);
    assert.equal(!draw.ok && draw.rejection.code, 'signature-invalid');
    assert.equal(open(BILL, body.bill as Uint8Array).ok, true);
  });

  test('a message that was not presented is opened and verified as a whole', () => {
    const open = openerOf(settle.bytes, [true, true, true]);
    const offer = s.messages.offer(s.terminal, s.provider);
    assert.equal(open(OFFER, offer.bytes).ok, true);
    const broken = Uint8Array.from(offer.bytes);
    broken[broken.length - 1] = (broken.at(-1) as number) ^ 1;
    const opened = open(OFFER, broken);
    assert.equal(!opened.ok && opened.rejection.code, 'signature-invalid');
  });
});

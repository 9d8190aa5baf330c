import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pay, RejectionCode, Signed } from '@coinbox/protocol';
import {
  assertPosted,
  assertRefused,
  assertRejected,
  assertSameAgain,
} from '../testing/assertions.ts';
import { createIssuerFixture } from '../testing/fixture.ts';
import type { IssuerFixture, TestTerminal, TestWallet } from '../testing/fixture.ts';

type Setting = IssuerFixture & { provider: TestWallet; terminal: TestTerminal; payer: TestWallet };

async function setting(): Promise<Setting> {
  const fixture = await createIssuerFixture();
  const provider = await fixture.openWallet('provider');
  const terminal = await fixture.openTerminal(provider);
  const payer = await fixture.openPayer(10_000n);
  return { ...fixture, provider, terminal, payer };
}

const offerOf = ({ messages, terminal, provider }: Setting) => messages.offer(terminal, provider);
const payOf = (s: Setting, amount: bigint, change: Partial<Pay> = {}): Signed<Pay> =>
  s.messages.pay(s.payer, offerOf(s), amount, change);

const MINUTE = 60_000;
const DAY = 86_400_000;

type Row = {
  readonly name: string;
  readonly code: RejectionCode;
  readonly status: number;
  readonly make: (s: Setting) => Promise<Uint8Array> | Uint8Array;
};

const rejections: readonly Row[] = [
  {
    name: 'a PAY that another payer has signed',
    code: 'key-wrong-role',
    status: 403,
    async make(s) {
      const other = await s.openPayer(1n);
      const { body } = payOf(s, 10n);
      return s.messages.pay(other, offerOf(s), 10n, { ...body }).bytes;
    },
  },
  {
    name: 'another PAY with a sequence number that was used',
    code: 'id-reused',
    status: 422,
    async make(s) {
      const first = payOf(s, 10n);
      await assertPosted(s, first.bytes);
      return payOf(s, 10n, { sequence: first.body.sequence }).bytes;
    },
  },
  {
    name: 'a PAY to the wallet that pays',
    code: 'account-same',
    status: 422,
    make: (s) => payOf(s, 10n, { terminal: s.payer.wallet }).bytes,
  },
  {
    name: 'a PAY to a terminal that nobody has opened',
    code: 'terminal-unknown',
    status: 404,
    make: (s) => payOf(s, 10n, { terminal: s.newId('wallet') }).bytes,
  },
  {
    name: 'a PAY to a wallet that is no holding wallet',
    code: 'terminal-unknown',
    status: 404,
    make: (s) => payOf(s, 10n, { terminal: s.provider.wallet }).bytes,
  },
  {
    name: 'a PAY to a frozen terminal',
    code: 'terminal-not-accepting',
    status: 409,
    async make(s) {
      await s.freeze(s.terminal.holding);
      return payOf(s, 10n).bytes;
    },
  },
  {
    name: 'a PAY to a terminal that is mapped to no provider',
    code: 'terminal-not-accepting',
    status: 409,
    async make(s) {
      const unmapped = await s.openTerminal();
      return payOf(s, 10n, { terminal: unmapped.holding.wallet }).bytes;
    },
  },
  {
    name: 'a PAY in another currency',
    code: 'currency-mismatch',
    status: 422,
    make: (s) => payOf(s, 10n, { asset: 'EUR/2' }).bytes,
  },
  {
    name: 'a PAY under another version of the mapping',
    code: 'mapping-changed',
    status: 409,
    make: (s) => payOf(s, 10n, { mappingVersion: 2 }).bytes,
  },
  {
    name: 'a PAY dated more than five minutes ahead',
    code: 'order-not-yet-valid',
    status: 422,
    make: (s) => payOf(s, 10n, { at: (s.clock.now() + 5 * MINUTE + 1) as Pay['at'] }).bytes,
  },
  {
    name: 'a PAY that comes for the first time after seven days',
    code: 'order-expired',
    status: 422,
    make: (s) => payOf(s, 10n, { at: (s.clock.now() - 7 * DAY - 1) as Pay['at'] }).bytes,
  },
  {
    name: 'a PAY over the limit of the payer certificate',
    code: 'limit-transaction',
    status: 422,
    async make(s) {
      const payer = await s.openPayer(1_000n, { limits: { per_payment: '99' } });
      return s.messages.pay(payer, offerOf(s), 100n).bytes;
    },
  },
  {
    name: 'a PAY over the limit of the terminal certificate',
    code: 'limit-transaction',
    status: 422,
    async make(s) {
      const small = await s.openTerminal(s.provider, { limits: { per_payment: '99' } });
      return s.messages.pay(s.payer, s.messages.offer(small, s.provider), 100n).bytes;
    },
  },
  {
    name: 'a PAY that would fill the holding wallet over its limit',
    code: 'limit-cumulative',
    status: 422,
    async make(s) {
      const small = await s.openTerminal(s.provider, { limits: { balance: '150' } });
      const offers = [1, 2].map(() => s.messages.offer(small, s.provider));
      const [first, second] = offers.map((offer) => s.messages.pay(s.payer, offer, 100n));
      await assertPosted(s, (first as Signed<Pay>).bytes);
      return (second as Signed<Pay>).bytes;
    },
  },
  {
    name: 'a PAY from a frozen wallet',
    code: 'wallet-frozen',
    status: 403,
    async make(s) {
      await s.freeze(s.payer);
      return payOf(s, 10n).bytes;
    },
  },
];

describe('pay()', () => {
  for (const { name, code, status, make } of rejections) {
    test(`rejects ${name}: ${code}`, async () => {
      const s = await setting();
      await assertRejected(s, await make(s), status, code);
    });
  }

  test('moves the amount into the holding wallet under a hold', async () => {
    const s = await setting();
    const pay = payOf(s, 500n);
    const { content } = await assertPosted(s, pay.bytes);
    assert.equal(content.amount, 500n);
    assert.deepEqual([content.from, content.to], [s.payer.wallet, s.terminal.holding.wallet]);
    assert.deepEqual(Buffer.from(content.subject), Buffer.from(pay.hash));
    assert.deepEqual(await s.balanceOf(s.payer), { balance: 9_500n, held: 0n });
    assert.deepEqual(await s.balanceOf(s.terminal.holding), { balance: 500n, held: 500n });
  });

  test('takes a PAY at the edges of its time', async () => {
    const s = await setting();
    await assertPosted(s, payOf(s, 1n, { at: (s.clock.now() + 5 * MINUTE) as Pay['at'] }).bytes);
    await assertPosted(s, payOf(s, 1n, { at: (s.clock.now() - 7 * DAY) as Pay['at'] }).bytes);
  });

  test('gives the same receipt for the same PAY, also at a closed terminal', async () => {
    const s = await setting();
    const pay = payOf(s, 500n);
    const { receipt } = await assertPosted(s, pay.bytes);
    s.clock.set(s.clock.now() + 30 * DAY);
    await s.freeze(s.terminal.holding);
    await s.freeze(s.payer);
    await assertSameAgain(s, pay.bytes, receipt);
  });

  test('lets one of two parallel sendings of a PAY act', async () => {
    const s = await setting();
    const { bytes } = payOf(s, 500n);
    const answers = await Promise.all([1, 2, 3].map(() => s.issuer.submit(bytes)));
    const receipts = answers.map((one) => one.ok && Buffer.from(one.value.receipt).toString('hex'));
    assert.equal(new Set(receipts).size, 1);
    assert.deepEqual(await s.balanceOf(s.payer), { balance: 9_500n, held: 0n });
  });

  test('refuses for good a PAY that is one minor unit short, and burns its id', async () => {
    const s = await setting();
    const pay = payOf(s, 10_001n);
    const before = await s.balanceOf(s.payer);
    await assertRefused(s, pay.bytes, 422, 'insufficient-funds');
    await s.issue(s.payer, 5n);
    await assertRefused(s, pay.bytes, 422, 'insufficient-funds');
    assert.equal((await s.balanceOf(s.payer)).balance, before.balance + 5n);
  });

  test('refuses for good the PAY of a second payer on one offer: offer-taken', async () => {
    const s = await setting();
    const offer = offerOf(s);
    const second = await s.openPayer(1_000n);
    await assertPosted(s, s.messages.pay(s.payer, offer, 10n).bytes);
    await assertRefused(s, s.messages.pay(second, offer, 10n).bytes, 409, 'offer-taken');
    assert.equal((await s.balanceOf(second)).balance, 1_000n);
  });

  test('refuses it for good whatever else has changed: that refusal credits again', async () => {
    const s = await setting();
    const offer = offerOf(s);
    const second = await s.openPayer(1_000n);
    const late = s.messages.pay(second, offer, 10n);
    await assertPosted(s, s.messages.pay(s.payer, offer, 10n).bytes);
    await s.map(s.terminal, await s.openWallet('provider'));
    await s.freeze(second);
    await assertRefused(s, late.bytes, 409, 'offer-taken');
  });

  test('refuses for good a PAY on an offer that is void: offer-voided', async () => {
    const s = await setting();
    const offer = offerOf(s);
    await assertPosted(s, s.messages.voidOf(s.terminal, offer).bytes);
    await assertRefused(s, s.messages.pay(s.payer, offer, 10n).bytes, 409, 'offer-voided');
  });

  test('lets exactly one of two payers have an offer that both pay at once', async () => {
    const s = await setting();
    const offer = offerOf(s);
    const second = await s.openPayer(1_000n);
    const pays = [s.payer, second].map((payer) => s.messages.pay(payer, offer, 10n).bytes);
    const answers = await Promise.all(pays.map((bytes) => s.issuer.submit(bytes)));
    const statuses = answers.map((one) => one.ok && one.value.status);
    assert.deepEqual(statuses.sort(), ['posted', 'refused']);
  });

  test('takes one of two PAYs with one number at once, and the other leaves no trace', async () => {
    const s = await setting();
    const other = await s.openTerminal(s.provider);
    const first = payOf(s, 10n);
    const change = { sequence: first.body.sequence };
    const second = s.messages.pay(s.payer, s.messages.offer(other, s.provider), 10n, change);
    const answers = await Promise.all([first, second].map(({ bytes }) => s.issuer.submit(bytes)));
    assert.deepEqual(
      answers.map((one) => (one.ok ? one.value.status : one.rejection.code)),
      ['posted', 'id-reused'],
    );
  });

  test('keeps the offers of one terminal apart from those of another', async () => {
    const s = await setting();
    const offer = offerOf(s);
    const other = await s.openTerminal(s.provider);
    const stolen = s.messages.pay(s.payer, offer, 10n, { terminal: other.holding.wallet });
    await assertPosted(s, stolen.bytes);
    await assertPosted(s, s.messages.pay(s.payer, offer, 10n).bytes);
  });

  test('pins the version of the mapping that is in force', async () => {
    const s = await setting();
    const pay = payOf(s, 10n);
    await s.map(s.terminal, await s.openWallet('provider'));
    await assertRejected(s, pay.bytes, 409, 'mapping-changed');
    const { content } = await assertPosted(s, payOf(s, 10n, { mappingVersion: 2 }).bytes);
    assert.equal(content.mappingVersion, 2);
  });
});

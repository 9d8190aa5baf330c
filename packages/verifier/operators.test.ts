import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIssuerFixture } from '@coinbox/issuer/testing';
import type { TestWallet } from '@coinbox/issuer/testing';
import type { CheckName } from './checks.ts';
import { keyOf } from './signatures.ts';
import { changeMemo, changeMessage, edit, tampered } from './testing/cheat.ts';
import type { Change } from './testing/cheat.ts';
import { entriesOf, exportLines } from './testing/history.ts';
import { verify } from './verify.ts';

// A payer that may pay offline, and what an insider does to its certificate who has the key of the
// authority. Page 02: own parts under -65537, in them the role under 2 and the limits under 6.

const fixture = await createIssuerFixture();
const offline = { per_payment: '5000', cumulative: '20000', count: 10, epochs: 3 };
const payer = await fixture.openPayer(100n, { offline });
const entries = await entriesOf(fixture);
const root = keyOf(Buffer.from(fixture.ports.root.bytes));
const index = entries.find(({ id }) => id === payer.wallet)?.index ?? 0;
const authority = { signer: fixture.fullPorts.authority } as TestWallet;

type Fields = Map<number, unknown>;
const signedWith = (change: (own: Fields) => unknown): Change =>
  edit(index, (parts) =>
    changeMemo(parts, (_, certificate) =>
      changeMessage(certificate, (fields) => change(fields.get(-65537) as Fields), authority),
    ),
  );

test('verify() takes a payer whose certificate lets it pay offline', async () => {
  const verdict = await verify(exportLines(fixture, entries), root);
  assert.ok(verdict.ok, verdict.ok ? '' : JSON.stringify(verdict.broken));
});

const rows: readonly (readonly [what: string, check: CheckName, change: Change])[] = [
  [
    'a certificate has other limits than were asked for',
    'fingerprint',
    signedWith((own) => (own.get(6) as Fields).set(3, 11)),
  ],
  [
    'a certificate has no limits where some were asked for',
    'fingerprint',
    signedWith((own) => own.delete(6)),
  ],
  ['a limit is left out', 'certificate', signedWith((own) => (own.get(6) as Fields).delete(3))],
  ['a provider may pay offline', 'certificate', signedWith((own) => own.set(2, 4))],
];
for (const [what, check, change] of rows) {
  test(`verify() finds that ${what}`, async () => {
    const history = { fixture, entries, wallets: {}, terminal: undefined as never };
    const verdict = await verify(tampered(history, change, true), root);
    assert.ok(!verdict.ok, 'it finds nothing');
    const { index: found, name, detail } = verdict.broken;
    assert.deepEqual([found, name], [index, check], detail);
  });
}

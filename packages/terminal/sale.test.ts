import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault, accept, money, sha256, textBytes, toHex } from '@coinbox/protocol';
import type { FaultCode, Reading } from '@coinbox/protocol';
import { exampleBytes, exampleTime } from '@coinbox/protocol/testing';
import type { Core } from './core.ts';
import { EMPTY_STATE } from './state.ts';
import { ceilingOf, createSaleDesk, createTariffShelf, readAmount } from './sale.ts';
import {
  KIT_START,
  KIT_TARIFF,
  KIT_TARIFF_HASH,
  createPlot,
  createSimulatedIssuer,
  kitBook,
  kitKeys,
  kitParties,
  kitReadings,
  kitStranger,
} from './testing/kit.ts';

const fault =
  (code: FaultCode) =>
  (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === code;
const dearer = KIT_TARIFF.replace('"price":2', '"price":3');

const promising = (fields: object): string =>
  JSON.stringify({ ...(JSON.parse(KIT_TARIFF) as object), ...fields });

describe('createTariffShelf()', () => {
  it('calls a tariff by the SHA-256 of its canonical text, however it is written', () => {
    const shelf = createTariffShelf([KIT_TARIFF], 'CNY/2');
    const spaced = createTariffShelf([JSON.stringify(JSON.parse(KIT_TARIFF), null, 2)], 'CNY/2');
    assert.equal(toHex(shelf.current), toHex(KIT_TARIFF_HASH));
    assert.equal(toHex(spaced.current), toHex(KIT_TARIFF_HASH));
    assert.notEqual(toHex(shelf.current), toHex(sha256(textBytes(dearer))));
  });

  it('sells by the first document, and still prices what was opened with another', () => {
    const shelf = createTariffShelf([dearer, KIT_TARIFF], 'CNY/2');
    const readings = kitReadings();
    // 6.170 kWh at 2.00 and at 3.00.
    assert.deepEqual(shelf.price(KIT_TARIFF_HASH, readings), accept(1234n));
    assert.deepEqual(shelf.price(shelf.current, readings), accept(1851n));
  });

  it('has no price for a tariff that it does not have, nor for readings that go back', () => {
    const shelf = createTariffShelf([KIT_TARIFF], 'CNY/2');
    const unknown = shelf.price(exampleBytes('another'), kitReadings());
    assert.equal(!unknown.ok && unknown.rejection.code, 'tariff-invalid');
    const back: Reading[] = [
      { at: exampleTime(9), phase: 'active', energyWh: 5n },
      { at: exampleTime(9), phase: 'active', energyWh: 4n },
    ];
    const wrong = shelf.price(KIT_TARIFF_HASH, back);
    assert.equal(!wrong.ok && wrong.rejection.code, 'meter-invalid');
  });

  const broken: readonly (readonly [string, readonly string[]])[] = [
    ['no tariff at all', []],
    ['a text that is no tariff', ['{"elements":']],
    ['a tariff in another asset', [KIT_TARIFF.replace('CNY', 'EUR')]],
    ['an old tariff that is broken', [KIT_TARIFF, '{}']],
    ['a promise to settle without a bill', [promising({ on_no_bill: 'SETTLE_OWN_RECOMPUTE' })]],
    ['a promise to pay part of a bill', [promising({ on_overbill: 'PAY_UNDISPUTED' })]],
  ];
  for (const [title, documents] of broken) {
    it(`refuses to start with ${title}`, () => {
      assert.throws(() => createTariffShelf(documents, 'CNY/2'), fault('config-invalid'));
    });
  }
});

describe('policy()', () => {
  const rows = [
    [{}, 'RETURN_ALL', 'HOLD'],
    [{ on_no_bill: 'RETURN_ALL', on_overbill: 'HOLD' }, 'RETURN_ALL', 'HOLD'],
    [{ on_no_bill: 'HOLD', on_overbill: 'RETURN_ALL' }, 'HOLD', 'RETURN_ALL'],
  ] as const;
  for (const [fields, onNoBill, onOverbill] of rows) {
    it(`reads ${JSON.stringify(fields)} of the tariff of the offer`, () => {
      const shelf = createTariffShelf([promising(fields)], 'CNY/2');
      assert.deepEqual(shelf.policy(shelf.current), { onNoBill, onOverbill });
    });
  }

  it('gives the money back for a tariff that is gone', () => {
    const shelf = createTariffShelf([promising({ on_no_bill: 'HOLD' })], 'CNY/2');
    const gone = { onNoBill: 'RETURN_ALL', onOverbill: 'HOLD' };
    assert.deepEqual(shelf.policy(new Uint8Array(32)), gone);
  });

  it('is part of what the hash in the OFFER stands for', () => {
    const [plain, held] = [{}, { on_no_bill: 'HOLD' }].map(
      (fields) => createTariffShelf([promising(fields)], 'CNY/2').current,
    );
    assert.notDeepEqual(plain, held);
  });
});

describe('ceilingOf()', () => {
  it('applies the tariff of the offer to the readings in the journal', () => {
    const shelf = createTariffShelf([dearer, KIT_TARIFF], 'CNY/2');
    const session = createPlot().delivered().session();
    assert.deepEqual(ceilingOf(shelf, session), accept(1234n));
    assert.deepEqual(ceilingOf(shelf, { ...session, readings: [] }), accept(0n));
  });
});

describe('createSaleDesk()', () => {
  const shelf = createTariffShelf([KIT_TARIFF], 'CNY/2');
  const limits = { asset: 'CNY/2', least: money(100n), most: money(20_000n) } as const;
  const deskAt = (issuer = createSimulatedIssuer()) => {
    const own = { book: kitBook(), keys: kitKeys, now: () => KIT_START };
    const core = { ...own, state: EMPTY_STATE } as unknown as Core;
    return { issuer, desk: createSaleDesk(core, issuer, shelf, limits) };
  };

  it('sells for nobody until the issuer has named a provider', async () => {
    const { desk, issuer } = deskAt();
    issuer.mapped = undefined;
    await desk.refresh();
    const terms = desk.terms();
    assert.equal(!terms.ok && terms.rejection.code, 'terminal-not-accepting');
    assert.equal(desk.providerCertificate, undefined);
  });

  it('sells for the provider of the newest mapping, at its version', async () => {
    const { desk, issuer } = deskAt();
    await desk.refresh();
    const expected = { ...limits, tariffHash: KIT_TARIFF_HASH };
    const { wallet } = kitParties.provider;
    assert.deepEqual(desk.terms(), accept({ ...expected, provider: wallet, mappingVersion: 3 }));
    const provider = kitStranger('provider');
    issuer.mapped = { version: 4, provider };
    await desk.refresh();
    assert.deepEqual(
      desk.terms(),
      accept({ ...expected, provider: provider.wallet, mappingVersion: 4 }),
    );
  });

  it('keeps the mapping that it knows when the issuer does not answer, or nonsense', async () => {
    const { desk, issuer } = deskAt();
    await desk.refresh();
    const known = desk.terms();
    const answers: (typeof issuer.mapping)[] = [
      () => Promise.reject(new Fault('unreachable', 'nobody there')),
      async (terminal) => accept({ terminal, versions: [], as_of_index: 9 }),
      async () => ({ ok: false, rejection: { code: 'terminal-unknown' } }),
    ];
    for (const answer of answers) {
      issuer.mapping = answer;
      await desk.refresh();
      assert.deepEqual(desk.terms(), known);
    }
  });

  it('knows the providers of earlier mappings, each once, if it is certified', async () => {
    const { desk, issuer } = deskAt();
    assert.deepEqual(desk.providers, []);
    const [former, current] = [kitStranger('provider'), kitParties.provider];
    const row = (version: number, { wallet, certificate }: typeof former) => ({
      version,
      provider: wallet,
      certificate: Buffer.from(certificate.bytes).toString('base64url'),
      index: version,
      proposal: '',
    });
    const false3 = { ...row(3, kitStranger('provider', 'a third provider')), certificate: 'AAAA' };
    issuer.mapping = async (terminal) =>
      accept({
        terminal,
        versions: [row(1, current), row(2, former), false3, row(4, current)],
        as_of_index: 4,
      });
    await desk.refresh();
    assert.deepEqual(desk.providers, [current.wallet, former.wallet]);
  });

  it('takes no provider without a certificate of its own from the authority', async () => {
    const provider = kitStranger('provider');
    const { certificate } = kitStranger('provider', 'a third provider');
    for (const wrong of [
      { ...provider, certificate },
      { ...provider, certificate: { ...certificate, bytes: Uint8Array.of(1, 2) } },
    ]) {
      const { desk, issuer } = deskAt();
      issuer.mapped = { version: 4, provider: wrong };
      await desk.refresh();
      assert.equal(desk.terms().ok, false);
    }
  });
});

describe('readAmount()', () => {
  it('reads minor units, and refuses anything else as a bad configuration', () => {
    assert.equal(readAmount('20000', 'most'), 20_000n);
    for (const text of ['0', '-1', '1.5', '', 20_000, undefined]) {
      assert.throws(() => readAmount(text, 'most'), fault('config-invalid'));
    }
  });
});

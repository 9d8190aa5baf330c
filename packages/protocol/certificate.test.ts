import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatBytes } from './bytes.ts';
import { encodeCbor } from './cbor.ts';
import type { CborValue } from './cbor.ts';
import {
  CERT_TYP,
  CertificateBook,
  ROLES,
  checkCertificate,
  signCertificate,
} from './certificate.ts';
import type { CertificateBody, Role } from './certificate.ts';
import { sign1 } from './cose.ts';
import type { Signer } from './keys.ts';
import type { Result } from './result.ts';
import {
  EXAMPLE_NETWORK as network,
  EXAMPLE_START as now,
  exampleBook,
  exampleBytes,
  exampleId,
  exampleIdBytes,
  exampleParties,
  exampleSigner,
  exampleTime,
} from './testing.ts';

const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.rejection.code);
const parties = exampleParties();
const root = exampleSigner('root');
const authority = parties.authority.signer;
const stranger = exampleSigner('stranger');
const year = 31_536_000_000;

const body = (more: Partial<CertificateBody> = {}): CertificateBody => ({
  wallet: exampleId('wallet', 'someone'),
  role: 'payer',
  publicKey: exampleSigner('someone').publicKey,
  validFrom: now,
  validUntil: exampleTime(year),
  tier: 1,
  ...more,
});
const certified = (more: Partial<CertificateBody> = {}, by: Signer = authority) =>
  signCertificate(body(more), by, network);

describe('CertificateBook', () => {
  const book = () => {
    const fresh = new CertificateBook(network, root.publicKey);
    assert.ok(fresh.add(parties.authority.certificate.bytes, now).ok);
    return fresh;
  };

  it('keeps what it has checked, with all that it says', () => {
    const fresh = exampleBook(parties);
    for (const { certificate } of Object.values(parties)) {
      const found = fresh.certificateOf(certificate.keyId);
      assert.deepEqual(found?.body, certificate.body);
      assert.deepEqual(found?.hash, certificate.hash);
    }
    const { settlement, holding, payer } = parties;
    assert.equal(settlement.certificate.body.terminal, holding.wallet);
    assert.deepEqual(payer.certificate.body.limits, { perPayment: 50_000n });
  });

  it('works with times in seconds, as RFC 8392 does', () => {
    const added = book().add(certified({ validFrom: exampleTime(999) }).bytes, now);
    assert.ok(added.ok);
    assert.equal(added.value.body.validFrom, now);
  });

  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['a certificate by the authority', certified().bytes, 'ok'],
    ['one that is not valid yet', certified({ validFrom: exampleTime(1000) }).bytes, 'ok'],
    ['one by a stranger', certified({}, stranger).bytes, 'key-unknown'],
    ['one by a wallet', certified({}, parties.payer.signer).bytes, 'key-unknown'],
    ['a wallet by the root', certified({}, root).bytes, 'key-wrong-role'],
    ['an authority by the authority', certified({ role: 'authority' }).bytes, 'key-wrong-role'],
    [
      'an authority by itself',
      certified({ role: 'authority', publicKey: stranger.publicKey }, stranger).bytes,
      'key-unknown',
    ],
    [
      'an issuer that signs by itself',
      certified({ role: 'issuer', publicKey: stranger.publicKey }).bytes,
      'key-invalid',
    ],
    [
      'a wallet that signs by a log',
      certified({ publicKey: exampleSigner('someone', 'EdDSA-tree').publicKey }).bytes,
      'key-invalid',
    ],
    [
      'one that has expired',
      certified({ validFrom: exampleTime(-2000), validUntil: now }).bytes,
      'key-expired',
    ],
    [
      'one of another network',
      signCertificate(body(), authority, 'another').bytes,
      'signature-invalid',
    ],
    [
      'a payload signed as another class',
      sign1(network, 'coinbox.pay', new Uint8Array(0), authority),
      'signature-invalid',
    ],
    ['no bytes', new Uint8Array(0), 'malformed-empty'],
    ['an empty payload', sign1(network, CERT_TYP, new Uint8Array(0), authority), 'malformed-empty'],
    ['a list as payload', sign1(network, CERT_TYP, encodeCbor([]), authority), 'malformed-type'],
  ];
  for (const [title, bytes, code] of cases) {
    it(`answers ${code} to ${title}`, () => {
      assert.equal(codeOf(book().add(bytes, now)), code);
    });
  }

  const key = new Map<number, CborValue>([
    [1, 1],
    [-1, 6],
    [-2, stranger.publicKey.bytes],
  ]);
  const claims = (...more: readonly (readonly [number, CborValue])[]): CborValue =>
    new Map<number, CborValue>([[1, 1], [2, 1], [3, 0], ...more]);
  const payload = (more: readonly (readonly [number, CborValue])[] = []): Uint8Array =>
    encodeCbor(
      new Map<number, CborValue>([
        [2, exampleIdBytes('wallet', 'someone')],
        [4, 1_800_000_000],
        [5, 0],
        [8, new Map<number, CborValue>([[1, key]])],
        [-65537, claims()],
        ...more,
      ]),
    );
  const payloads: readonly (readonly [string, Uint8Array, string])[] = [
    ['the least there is', payload(), 'ok'],
    ['another claim', payload([[6, 0]]), 'malformed-unknown-field'],
    ['another claim of ours', payload([[-65537, claims([7, 0])]]), 'malformed-unknown-field'],
    ['an unknown role', payload([[-65537, claims([2, 8])]]), 'malformed-value'],
    ['tier 3', payload([[-65537, claims([3, 3])]]), 'malformed-value'],
    ['version 2', payload([[-65537, claims([1, 2])]]), 'unsupported-version'],
    ['a time in milliseconds', payload([[4, 1_800_000_000_000]]), 'malformed-value'],
    ['a limit of nothing', payload([[-65537, claims([4, new Map([[1, 0]])])]]), 'amount-zero'],
    ['no key', payload([[8, new Map()]]), 'malformed-missing-field'],
    [
      'a key id instead of a key',
      payload([[8, new Map([[3, authority.keyId]])]]),
      'malformed-unknown-field',
    ],
  ];
  for (const [title, bytes, code] of payloads) {
    it(`answers ${code} to a certificate with ${title}`, () => {
      assert.equal(codeOf(book().add(sign1(network, CERT_TYP, bytes, authority), now)), code);
    });
  }

  it('refuses every flipped bit', () => {
    const { bytes } = parties.payer.certificate;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      assert.equal(book().add(flipped, now).ok, false, `bit ${bit}`);
    }
  });

  it('takes nothing more from an authority that has expired', () => {
    const fresh = book();
    const { validUntil } = parties.authority.certificate.body;
    const late = certified({ validUntil: 253_402_300_799_000 as typeof validUntil });
    assert.equal(codeOf(fresh.add(late.bytes, validUntil)), 'key-expired');
  });

  it('forgets the oldest stranger first, and never what is pinned', () => {
    const small = new CertificateBook(network, root.publicKey, 2);
    assert.ok(small.add(parties.authority.certificate.bytes, now).ok);
    assert.ok(small.add(parties.holding.certificate.bytes, now, true).ok);
    const many = ['a', 'b', 'c'].map((name) =>
      certified({ publicKey: exampleSigner(name).publicKey }),
    );
    for (const { bytes } of many) assert.ok(small.add(bytes, now).ok);
    const known = many.map(({ keyId }) => small.certificateOf(keyId) !== undefined);
    assert.deepEqual(known, [false, true, true]);
    assert.ok(small.certificateOf(parties.holding.certificate.keyId));
    assert.ok(small.certificateOf(parties.authority.certificate.keyId));
  });

  it('takes a certificate that it knows as long as it is valid, and only those very bytes', () => {
    const fresh = book();
    const { bytes, body: known } = parties.payer.certificate;
    const last = (known.validUntil - 1) as typeof now;
    assert.ok(fresh.add(bytes, now).ok);
    assert.ok(fresh.add(bytes, last).ok);
    assert.equal(codeOf(fresh.add(bytes, known.validUntil)), 'key-expired');
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.map((byte, place) => (place === at ? byte ^ 1 : byte));
      assert.equal(fresh.add(flipped, now).ok, false);
    }
  });

  it('keeps bytes of its own', () => {
    const fresh = book();
    const bytes = Uint8Array.from(parties.payer.certificate.bytes);
    const added = fresh.add(bytes, now);
    bytes.fill(0);
    assert.ok(added.ok);
    assert.deepEqual(added.value.bytes, parties.payer.certificate.bytes);
  });
});

describe('checkCertificate()', () => {
  const certificate = certified({ validFrom: now, validUntil: exampleTime(1000) });
  const check = (allowed: readonly Role[], afterMs: number) =>
    codeOf(checkCertificate(certificate, allowed, exampleTime(afterMs)));

  it('takes the role and the time of the certificate (rows 37 and 38)', () => {
    assert.equal(check(['payer'], 0), 'ok');
    assert.equal(check(['provider', 'payer'], 999), 'ok');
    assert.equal(check(['payer'], -1), 'key-expired');
    assert.equal(check(['payer'], 1000), 'key-expired');
    assert.equal(check(['provider'], 0), 'key-wrong-role');
    assert.equal(check([], 0), 'key-wrong-role');
  });
});

describe('ROLES', () => {
  it('have numbers of their own', () => {
    assert.deepEqual(Object.values(ROLES), [1, 2, 3, 4, 5, 6, 7]);
  });

  it('fit in one certificate of less than 256 bytes, the limits at their largest', () => {
    const largest = 9_223_372_036_854_775_807n as NonNullable<CertificateBody['limits']>['balance'];
    const { bytes } = certified({
      publicKey: exampleSigner('x', 'ES256').publicKey,
      terminal: parties.holding.wallet,
      limits: { perPayment: largest as never, balance: largest as never },
    });
    assert.ok(concatBytes(bytes, exampleBytes('')).length < 320);
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from './bytes.ts';
import { derivedId, idFromBytes, idToBytes, instantOfId, newId, parseId } from './ids.ts';
import type { IdKind, WalletId } from './ids.ts';
import type { Instant } from './time.ts';

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 });

/** The same number in base 32, by arithmetic on a bigint instead of on bits. */
function crockford(bytes: Uint8Array): string {
  let rest = BigInt(`0x${toHex(bytes)}`);
  let text = '';
  for (let i = 0; i < 26; i++) {
    text = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number(rest % 32n)] + text;
    rest /= 32n;
  }
  return text;
}

describe('idFromBytes() and idToBytes()', () => {
  it('write the least, the largest and a middle id', () => {
    assert.equal(idFromBytes('wallet', new Uint8Array(16)), `wal_${'0'.repeat(26)}`);
    assert.equal(idFromBytes('bill', new Uint8Array(16).fill(255)), `bil_7${'Z'.repeat(25)}`);
    // The example of the ULID specification: 01ARZ3NDEKTSV4RRFFQ69G5FAV.
    const ulid = hex('01563e3ab5d3d6764c61efb99302bd5b');
    assert.equal(idFromBytes('session', ulid), 'ses_01ARZ3NDEKTSV4RRFFQ69G5FAV');
  });

  it('are each other, and base 32 of the number', () => {
    fc.assert(
      fc.property(bytes16, (bytes) => {
        const id = idFromBytes('payment', bytes);
        assert.equal(id, `pay_${crockford(bytes)}`);
        assert.deepEqual(idToBytes(id), bytes);
        assert.deepEqual(parseId('payment', id), { ok: true, value: id });
      }),
    );
  });

  it('sort as their bytes do', () => {
    fc.assert(
      fc.property(bytes16, bytes16, (a, b) => {
        const [x, y] = [idFromBytes('offer', a), idFromBytes('offer', b)];
        assert.equal(x < y, toHex(a) < toHex(b));
      }),
    );
  });

  it('fail as a bug on another length', () => {
    assert.throws(() => idFromBytes('wallet', new Uint8Array(15)), /bug: an id is 16 bytes/);
  });
});

describe('parseId()', () => {
  const good = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const bad: readonly unknown[] = [
    `bil_${good}`,
    good,
    `wal${good}`,
    `wal_${good.toLowerCase()}`,
    `WAL_${good}`,
    `wal_${good.slice(1)}`,
    `wal_${good}0`,
    `wal_8${'Z'.repeat(25)}`,
    `wal_I${good.slice(1)}`,
    `wal_${good.slice(0, 25)}U`,
    `wal_${good}\n`,
    ` wal_${good}`,
    `wal_../../../etc/passwd000000`,
    `wal_' OR 1=1 --00000000000000`,
    `wаl_${good}`, // Cyrillic а
    `wal_${'x'.repeat(300)}`,
    '',
    7,
    null,
    [`wal_${good}`],
  ];
  for (const text of bad) {
    it(`answers parameter-invalid to ${JSON.stringify(text).slice(0, 50)} (row 91)`, () => {
      const parsed = parseId('wallet', text);
      assert.equal(parsed.ok ? 'ok' : parsed.rejection.code, 'parameter-invalid');
    });
  }
});

describe('newId() and derivedId()', () => {
  it('begin with the 48 bits of the instant', () => {
    const at = 0x0123456789ab as Instant;
    const id = newId('wallet', at, hex('00112233445566778899'));
    assert.equal(toHex(idToBytes(id)), '0123456789ab00112233445566778899');
    assert.equal(instantOfId(id), at);
  });

  it('keep the largest instant of a message', () => {
    const at = 253_402_300_799_999 as Instant;
    assert.equal(instantOfId(newId('offer', at, new Uint8Array(10))), at);
  });

  it('take 80 bits of the hash of a document, always the same', () => {
    const content = hex('a10102');
    const digest = createHash('sha256').update(content).digest('hex');
    const id = derivedId('settlement', 1 as Instant, content);
    assert.equal(toHex(idToBytes(id)), `000000000001${digest.slice(0, 20)}`);
    assert.equal(derivedId('settlement', 1 as Instant, content), id);
  });

  it('fail as a bug on too little randomness', () => {
    assert.throws(() => newId('wallet', 0 as Instant, new Uint8Array(9)), /bug: /);
  });

  it('have a prefix of their own for every kind', () => {
    const kinds: readonly IdKind[] = [
      'wallet',
      'offer',
      'payment',
      'session',
      'bill',
      'settlement',
      'refund',
      'issuance',
      'redemption',
      'proposal',
    ];
    const ids = kinds.map((kind) => idFromBytes(kind, new Uint8Array(16)));
    assert.equal(new Set(ids.map((id) => id.slice(0, 4))).size, kinds.length);
    for (const kind of kinds) {
      const accepted = ids.filter((id) => parseId(kind, id).ok);
      assert.equal(accepted.length, 1, kind);
    }
  });

  it('are types of their own', () => {
    const bill = idFromBytes('bill', new Uint8Array(16));
    // @ts-expect-error a bill id is no wallet id
    const wallet: WalletId = bill;
    assert.equal(wallet, bill);
  });
});

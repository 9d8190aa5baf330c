import { idToBytes, paymentIdOf, settlementIdOf, toHex } from '@coinbox/protocol';
import { exampleId, exampleMessages } from '@coinbox/protocol/testing';

const ulid = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** Text of an amount, and what becomes of it. */
const amounts: readonly (readonly [text: string, code?: string])[] = [
  ['1'],
  ['9007199254740993'],
  ['9223372036854775807'],
  ['0', 'amount-zero'],
  ['-1', 'amount-negative'],
  ['9223372036854775808', 'amount-out-of-range'],
  ['18446744073709551616', 'amount-out-of-range'],
  ['1.5', 'amount-syntax'],
  ['1e3', 'amount-syntax'],
  ['+1', 'amount-syntax'],
  [' 1', 'amount-syntax'],
  ['１２', 'amount-syntax'],
  ['0x10', 'amount-syntax'],
  ['', 'amount-syntax'],
  ['0012', 'amount-syntax'],
  ['-0', 'amount-syntax'],
];

const assets: readonly (readonly [text: string, code?: string])[] = [
  ['CNY/2'],
  ['JPY/0'],
  ['KWD/3'],
  ['XXY/2', 'currency-unknown'],
  ['cny/2', 'currency-unknown'],
  ['CNY', 'currency-unknown'],
  ['JPY/2', 'currency-exponent'],
  ['CNY/02', 'currency-unknown'],
];

const walletTexts: readonly (readonly [text: string, code?: string])[] = [
  [`wal_${ulid}`],
  [`bil_${ulid}`, 'parameter-invalid'],
  [`wal_${ulid.toLowerCase()}`, 'parameter-invalid'],
  [`wal_8${'Z'.repeat(25)}`, 'parameter-invalid'],
  [`wal_I${ulid.slice(1)}`, 'parameter-invalid'],
  [`wal_${ulid}0`, 'parameter-invalid'],
  [ulid, 'parameter-invalid'],
];

const textCase = ([text, code]: readonly [string, string?]) => ({
  text,
  expected: code === undefined ? { ok: true } : { ok: false, code },
});

/** spec/vectors/ids.json. */
export function idVectors() {
  const { pay, bill } = exampleMessages();
  const session = exampleId('session', 'session', 2000);
  const settlement = settlementIdOf(bill.body.bill, session);
  const example = exampleId('offer', 'offer');
  const payment = paymentIdOf(pay);
  return {
    about: 'Ids, amounts, assets and times: spec/03-ids-money-time.md.',
    ids: [
      { kind: 'wallet', hex: '0'.repeat(32), text: `wal_${'0'.repeat(26)}`, instant: 0 },
      { kind: 'bill', hex: 'f'.repeat(32), text: `bil_7${'Z'.repeat(25)}`, instant: 2 ** 48 - 1 },
      {
        source: 'ULID specification',
        kind: 'session',
        hex: '01563e3ab5d3d6764c61efb99302bd5b',
        text: `ses_${ulid}`,
        instant: 1_469_922_850_259,
      },
      {
        kind: 'offer',
        hex: toHex(idToBytes(example)),
        text: example,
        instant: 1_772_352_000_000,
      },
    ],
    payment: { at: pay.body.at, hash: toHex(pay.hash), text: payment },
    settlement: { bill: bill.body.bill, session, text: settlement },
    wallets: walletTexts.map(textCase),
    amounts: amounts.map(textCase),
    assets: assets.map(textCase),
    times: [
      { instant: 0, text: '1970-01-01T00:00:00.000Z' },
      { instant: 1_772_352_000_000, text: '2026-03-01T08:00:00.000Z' },
      { instant: 253_402_300_799_999, text: '9999-12-31T23:59:59.999Z' },
    ],
  };
}

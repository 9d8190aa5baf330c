import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BILL, MAX_MESSAGE_BYTES } from '@coinbox/protocol';
import { exampleId, exampleMessage, exampleTime } from '@coinbox/protocol/testing';
import { priceReadings } from '@coinbox/tariff';
import { billFor, linesOf, shortNumber } from './bill-for.ts';
import {
  kit,
  kitMeter,
  kitProvider,
  kitSession,
  kitTerminal,
  readKitTariff,
  sumOfLines,
} from './testing/kit.ts';

const skus = Array.from({ length: 24 }, (_, at) => `${'長'.repeat(30)}${at}`);
const shop = readKitTariff(
  JSON.stringify({
    currency: 'CNY',
    tax_included: 'NO',
    elements: [
      {
        price_components: skus.map((sku) => ({
          type: 'ITEM',
          sku,
          price: '3.333333333333',
          vat: 13,
          step_size: 1,
        })),
      },
    ],
  }),
);
const sale = priceReadings(shop.tariff, [
  { at: exampleTime(0), phase: 'active', items: skus.map((sku) => ({ sku, count: 7 })) },
]);

test('more than 16 lines become 16, and still add up to the amount', () => {
  assert.ok(sale.ok);
  assert.equal(sale.value.lines.length, 24);
  const lines = linesOf(sale.value);
  assert.equal(lines.length, 16);
  assert.equal(lines.at(-1)?.description, 'Other items');
  assert.equal(sumOfLines({ lines }), sale.value.gross);
});

test('the largest bill leaves room for the SETTLE around it', () => {
  assert.ok(sale.ok);
  const meter = kitMeter();
  const bill = billFor(
    {
      session: kitSession,
      terminal: kitTerminal,
      number: 1,
      lastMeter: meter.hash,
      tariffHash: shop.hash,
      readings: [],
      final: true,
    },
    sale.value,
    { sequence: 2 ** 40, bill: exampleId('bill', 'b'), provider: kitProvider, now: exampleTime(0) },
  );
  const { bytes } = exampleMessage(BILL, bill, kit.provider);
  // A SETTLE with a DRAW and eight payments takes about 700 bytes beside its bill.
  assert.ok(bytes.length <= MAX_MESSAGE_BYTES - 800, `${bytes.length} bytes`);
  for (const line of bill.lines) {
    assert.ok(line.description.length <= 40 && line.quantity.length <= 24);
    assert.ok(line.unitPrice.length <= 24 && line.unit.length <= 12);
  }
});

test('control and direction characters of an article number are left out of the bill', () => {
  const sku = 'a\u202eb\u0007c';
  const { tariff } = readKitTariff(
    JSON.stringify({
      currency: 'CNY',
      tax_included: 'YES',
      elements: [{ price_components: [{ type: 'ITEM', price: 1, step_size: 1 }] }],
    }),
  );
  const items = [{ sku, count: 1 }];
  const price = priceReadings(tariff, [{ at: exampleTime(0), phase: 'active', items }]);
  assert.ok(price.ok);
  assert.equal(linesOf(price.value)[0]?.description, 'Item abc');
});

for (const [text, short] of [
  ['6.17', '6.17'],
  ['2/3', '0.666667'],
  ['1/2', '0.5'],
  ['4/2', '2'],
  ['999999999/1000000000', '1'],
  ['3.33333333333333333333333333', '3.333333'],
  ['9223372036854775807', '9223372036854775807'],
  ['92233720368547758073/10', '9223372036854775807.3'],
] as const) {
  test(`shortNumber() shows ${text} as ${short}`, () => {
    assert.equal(shortNumber(text), short);
  });
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from './json.ts';
import { parseComponent, parseTaxIncluded } from './parse-component.ts';
import { rationalText } from './rational.ts';
import type { Notes } from './reader.ts';

const place = { element: 3, index: 1, exponent: 2, taxIncluded: 'NO' } as const;

function parse(values: { [name: string]: Json }) {
  const notes: Notes = {};
  return { ...parseComponent({ path: '', values, notes }, place), notes };
}

describe('parseComponent()', () => {
  test('has a rate in minor units for each counted unit', () => {
    const rows: [string, string, string][] = [
      ['FLAT', '0.5', '50'],
      ['ENERGY', '0.25', '0.025'],
      ['TIME', '36', '0.001'],
      ['PARKING_TIME', '36', '0.001'],
      ['VOLUME', '1', '0.1'],
      ['MASS', '1', '0.1'],
      ['CYCLE', '4', '400'],
      ['ITEM', '1.8', '180'],
    ];
    for (const [type, price, rate] of rows) {
      assert.equal(rationalText(parse({ type, price }).component.netRate), rate, type);
    }
  });

  test('knows its place, its unit and its defaults', () => {
    const { component, document } = parse({ type: 'ENERGY', price: '0.250' });
    assert.deepEqual([component.element, component.index], [3, 1]);
    assert.deepEqual(
      [component.unit, component.priceText, component.stepSize],
      ['kWh', '0.25', 1n],
    );
    assert.deepEqual(document, { type: 'ENERGY', price: '0.25', step_size: '1' });
  });

  test('names the unit of a price that is for another quantity', () => {
    const { component, document } = parse({ type: 'TIME', price: '0.25', price_per: '420' });
    assert.equal(component.unit, '420 s');
    assert.deepEqual(document, { type: 'TIME', price: '0.25', step_size: '1', price_per: '420' });
  });

  test('takes vat for a tax among others', () => {
    const taxes = [{ name: 'City', percentage: '1' }];
    const { component } = parse({ type: 'FLAT', price: '1', vat: '10.0', taxes });
    assert.deepEqual(component.taxTexts, [
      { name: 'VAT', percentage: '10' },
      { name: 'City', percentage: '1' },
    ]);
    assert.equal(rationalText(component.taxRate), '11');
  });
});

describe('parseTaxIncluded()', () => {
  test('is NO where OCPI has no such field', () => {
    assert.equal(parseTaxIncluded({ path: '', values: {}, notes: {} }), 'NO');
    assert.equal(parseTaxIncluded({ path: '', values: { tax_included: 'N/A' }, notes: {} }), 'N/A');
  });
});

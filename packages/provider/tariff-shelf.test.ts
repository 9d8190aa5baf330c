import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { exampleBytes } from '@coinbox/protocol/testing';
import { addTariff, createTariffShelf, readTariffs, tariffHashOf } from './tariff-shelf.ts';
import { temporaryFolder } from './testing/folder.ts';
import { KIT_TARIFF, kitTariff } from './testing/kit.ts';

test('a tariff is found by the hash of its canonical text, however it was written', () => {
  const spaced = JSON.stringify(JSON.parse(KIT_TARIFF), null, 4);
  const shelf = createTariffShelf([spaced], 'CNY/2');
  const found = shelf.tariffOf(kitTariff.hash);
  assert.ok(found);
  assert.deepEqual(tariffHashOf(found), kitTariff.hash);
  assert.equal(shelf.tariffOf(exampleBytes('other')), undefined);
});

test('a tariff in another asset, and what is no tariff, is a fault', () => {
  const isFault = (fault: unknown): boolean =>
    fault instanceof Fault && fault.code === 'config-invalid';
  assert.throws(() => createTariffShelf([KIT_TARIFF], 'EUR/2'), isFault);
  assert.throws(() => createTariffShelf(['{"currency":"CNY"}'], 'CNY/2'), isFault);
});

test('tariffs are added to a folder once each, and read from it', (t) => {
  const folder = temporaryFolder(t);
  assert.deepEqual(readTariffs(folder), []);
  addTariff(folder, KIT_TARIFF);
  addTariff(folder, KIT_TARIFF);
  addTariff(folder, KIT_TARIFF.replace('"price":2', '"price":3'));
  assert.equal(readTariffs(folder).length, 2);
  assert.equal(createTariffShelf(readTariffs(folder), 'CNY/2').size, 2);
});

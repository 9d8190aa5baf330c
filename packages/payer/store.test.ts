import { test } from 'node:test';
import { storeConformance } from './testing/store-conformance.ts';
import { createMemoryStore } from './store.ts';

for (const { name, check } of storeConformance) {
  test(`the store in memory ${name}`, () => check(createMemoryStore()));
}

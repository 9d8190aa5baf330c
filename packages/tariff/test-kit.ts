import assert from 'node:assert/strict';
import type { Price, Rejection, Result, Session, Tariff } from './index.ts';
import { parseTariff, priceSession } from './index.ts';

/** The value of a result; the test fails when it is a rejection. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) assert.fail(`${result.rejection.code} ${result.rejection.detail ?? ''}`);
  return result.value;
}

/** The rejection of a result; the test fails when it is a value. */
export function rejectionOf(result: Result<unknown>): Rejection {
  if (result.ok) assert.fail('accepted');
  return result.rejection;
}

/** Reads a tariff that must be good. */
export function tariffOf(json: unknown): Tariff {
  return valueOf(parseTariff(json));
}

/** Prices a session that must be possible. */
export function priceOf(tariff: Tariff, session: Session): Price {
  return valueOf(priceSession(tariff, session));
}

/** The document of a euro tariff whose elements each have components and perhaps restrictions. */
export function euros(elements: object[], more: object = {}): object {
  const listed = elements.map((element) =>
    'price_components' in element ? element : { price_components: [element] },
  );
  return { currency: 'EUR', time_zone: 'Europe/Amsterdam', elements: listed, ...more };
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Period, Reservation, Session } from './index.ts';
import { canonicalTariff } from './index.ts';
import { priceOf, tariffOf } from './test-kit.ts';

type Timed<T> = Omit<T, 'start' | 'end'> & { start: string; end: string };

interface Row {
  id: string;
  title: string;
  tariff: object;
  session: { periods: Timed<Period>[]; reservation?: Timed<Reservation> };
  expected: {
    net: string;
    gross: string;
    netMinor: string;
    grossMinor: string;
    billed?: Record<string, string>;
    lines?: string[];
    taxes?: string[];
  };
}

const file = new URL('../../spec/vectors/tariff.json', import.meta.url);
const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: Row[] };

function sessionOf({ periods, reservation }: Row['session']): Session {
  const timed = <T extends { start: string; end: string }>(part: T) => ({
    ...part,
    start: Date.parse(part.start),
    end: Date.parse(part.end),
  });
  const session = { periods: periods.map(timed) };
  return reservation === undefined ? session : { ...session, reservation: timed(reservation) };
}

describe('spec/vectors/tariff.json', () => {
  for (const { id, title, tariff: json, session, expected } of rows) {
    test(`${id}: ${title}`, () => {
      const tariff = tariffOf(JSON.stringify(json));
      const result = priceOf(tariff, sessionOf(session));
      assert.equal(result.exact?.net, expected.net);
      assert.equal(result.exact?.gross, expected.gross);
      assert.equal(String(result.net), expected.netMinor);
      assert.equal(String(result.gross), expected.grossMinor);
      assert.equal(result.net + result.tax, result.gross);
      for (const [dimension, billed] of Object.entries(expected.billed ?? {})) {
        const lines = result.lines.filter((line) => line.dimension === dimension);
        assert.deepEqual(
          lines.map((line) => line.billed),
          [billed],
        );
      }
      if (expected.lines !== undefined) {
        assert.deepEqual(
          result.lines.map((line) => String(line.gross)),
          expected.lines,
        );
      }
      if (expected.taxes !== undefined) {
        assert.deepEqual(
          result.taxes.map((tax) => String(tax.amount)),
          expected.taxes,
        );
      }
    });
  }

  test('the canonical text of each tariff gives the same price and the same text again', () => {
    for (const { tariff: json, session } of rows) {
      const fromValue = tariffOf(json);
      const text = canonicalTariff(fromValue);
      const again = tariffOf(text);
      assert.equal(canonicalTariff(again), text);
      assert.equal(canonicalTariff(tariffOf(JSON.stringify(json))), text);
      assert.deepEqual(priceOf(again, sessionOf(session)), priceOf(fromValue, sessionOf(session)));
    }
  });
});

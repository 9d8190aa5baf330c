import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Instant } from '@coinbox/protocol';
import { exampleId } from '@coinbox/protocol/testing';
import { connectorText, readConnector } from './connector-json.ts';
import { CONNECTOR_TIMES, FREE_CONNECTOR, stepConnector } from './step-connector.ts';
import type { ConnectorEffect, ConnectorEvent, ConnectorState } from './step-connector.ts';

const session = exampleId('session', 'session');
const other = exampleId('session', 'other');
const start: ConnectorEvent = { kind: 'start', session, token: 'A', journalled: 0 };
const sample = (energyWh: bigint, at = 0) => ({ energyWh, at });
const started = (wh: bigint): ConnectorEvent => ({
  kind: 'started',
  transaction: '1',
  token: 'A',
  sample: sample(wh),
});
const metered = (wh: bigint, transaction = '1'): ConnectorEvent => ({
  kind: 'metered',
  transaction,
  samples: [sample(wh)],
});
const ended = (wh: bigint, transaction = '1', token?: string): ConnectorEvent => ({
  kind: 'ended',
  transaction,
  samples: [sample(wh)],
  ...(token !== undefined && { token }),
});

type Timed = ConnectorEvent | { readonly wait: number };

/** What comes of events, a second apart: watt-hours told, and how it ended. */
function run(events: readonly Timed[]) {
  let state: ConnectorState = FREE_CONNECTOR;
  let now = 0;
  const effects: ConnectorEffect[] = [];
  for (const event of events) {
    now += 'wait' in event ? event.wait : 1_000;
    if ('wait' in event) continue;
    const step = stepConnector(state, event, now as Instant);
    // What is stored is what goes on.
    state = readConnector(connectorText(step.state));
    effects.push(...step.effects);
  }
  const told = effects.flatMap((one) => (one.kind === 'delivered' ? one.readings : []));
  const ends = effects.filter(
    (one) => one.kind === 'failed' || (one.kind === 'delivered' && one.final),
  );
  return { state, effects, ends, told, energy: told.at(-1)?.energyWh };
}

describe('stepConnector()', () => {
  const rows: readonly (readonly [string, readonly Timed[], bigint | undefined, number])[] = [
    ['start, meter, stop', [start, started(100n), metered(150n), ended(170n)], 70n, 1],
    ['a stop below the start', [start, started(100n), ended(90n)], 0n, 1],
    ['a stop below the last value', [start, started(100n), metered(150n), ended(120n)], 50n, 1],
    ['values out of order', [start, started(0n), metered(30n), metered(20n), ended(40n)], 40n, 1],
    ['two stops', [start, started(0n), ended(40n), ended(900n)], 40n, 1],
    ['values of another transaction', [start, started(0n), metered(9n, '7'), ended(5n)], 5n, 1],
    ['the stop of another transaction', [start, started(0n), ended(9n, '7')], 0n, 0],
    ['a stop without a start', [start, ended(900n, '-1', 'A')], 0n, 1],
    ['a stop numbered −1', [start, started(100n), ended(160n, '-1', 'A')], 60n, 1],
    ['the stop of a stranger', [start, ended(900n, '-1', 'B')], undefined, 0],
    [
      'nobody plugs in',
      [start, { wait: CONNECTOR_TIMES.startWithinMs }, { kind: 'tick' }],
      undefined,
      1,
    ],
    ['a refusal after the start', [start, started(0n), { kind: 'refused', token: 'A' }], 0n, 0],
    ['a refusal for another', [start, { kind: 'refused', token: 'B' }], undefined, 0],
    ['stop before the start', [start, { kind: 'stop', session }], undefined, 1],
    ['stop for another session', [start, { kind: 'stop', session: other }], undefined, 0],
    [
      'a stop that the station does not obey',
      [
        start,
        started(0n),
        metered(7n),
        { kind: 'stop', session },
        { wait: 60_000 },
        { kind: 'tick' },
      ],
      7n,
      1,
    ],
  ];
  for (const [title, events, energy, ends] of rows) {
    it(`${title}: ${energy ?? 'nothing'} Wh`, () => {
      const found = run(events);
      assert.deepEqual([found.energy, found.ends.length], [energy, ends]);
    });
  }

  it('asks again for what is ordered when the terminal comes back', () => {
    const { effects } = run([start, start]);
    assert.deepEqual(effects, [
      { kind: 'ask-start', token: 'A' },
      { kind: 'ask-start', token: 'A' },
    ]);
  });

  it('ends a session that it has forgotten with what the terminal has', () => {
    const { effects } = run([{ ...start, journalled: 3 }]);
    assert.deepEqual(effects, [{ kind: 'delivered', session, readings: [], final: true, from: 3 }]);
  });

  it('does not take a second session while it serves one', () => {
    const { effects } = run([start, { kind: 'start', session: other, token: 'B', journalled: 0 }]);
    assert.deepEqual(effects.at(-1), { kind: 'failed', session: other });
  });

  it('takes no time from a station that is before what was told, or after now', () => {
    const late = { kind: 'metered', transaction: '1', samples: [sample(9n, 10 ** 15)] } as const;
    const early = { kind: 'metered', transaction: '1', samples: [sample(12n, -5)] } as const;
    const { told } = run([start, started(0n), late, early]);
    // Ordered at 1 s, started at 2 s, and the two values at 3 s and 4 s.
    assert.deepEqual(
      told.map(({ at }) => at),
      [1_000, 3_000, 3_000],
    );
  });

  it('has one end whatever comes in whatever order, and readings that only grow', () => {
    const wh = fc.bigInt(0n, 1_000n);
    const id = fc.constantFrom('1', '2', '-1');
    const event: fc.Arbitrary<Timed> = fc.oneof(
      fc.constant<Timed>(start),
      wh.map(started),
      fc.tuple(wh, id).map(([energy, name]) => metered(energy, name)),
      fc.tuple(wh, id, fc.constantFrom('A', 'B', undefined)).map((one) => ended(...one)),
      fc.constantFrom<Timed>({ kind: 'booted' }, { kind: 'tick' }, { kind: 'stop', session }),
      fc.constant<Timed>({ kind: 'refused', token: 'A' }),
      fc.integer({ min: 0, max: 1_000_000 }).map((wait) => ({ wait })),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const once = events.filter((one) => 'wait' in one || one.kind !== 'start');
        const { told, ends, state } = run([start, ...once]);
        assert.equal(ends.length, state.order ? 0 : 1);
        for (const [place, reading] of told.entries()) {
          const before = told[place - 1];
          if (!before) continue;
          assert.ok(reading.at >= before.at);
          assert.ok((reading.energyWh ?? 0n) >= (before.energyWh ?? 0n));
        }
      }),
    );
  });
});

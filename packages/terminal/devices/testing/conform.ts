import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BILL_SCENARIOS } from './bill-scenarios.ts';
import { DELIVERY_SCENARIOS } from './scenarios.ts';
import { openSite } from './site.ts';
import { VERTICALS } from './verticals.ts';

/** The one suite for every machine behind a terminal. */
export const SCENARIOS = [...DELIVERY_SCENARIOS, ...BILL_SCENARIOS];

/** Tells every scenario of the machine with that name. A file each: they take their time. */
export function conform(name: string): void {
  const vertical = VERTICALS.find((one) => one.name === name);
  assert(vertical, 'there is such a machine');
  describe(name, () => {
    for (const { title, options, play } of SCENARIOS) {
      it(title, async () => {
        const site = await openSite(vertical, options);
        try {
          await play(site);
          assert.deepEqual(site.world.faults, []);
        } finally {
          await site.close();
        }
      });
    }
  });
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { machineTimers } from './timers.ts';

describe('machineTimers', () => {
  it('call once, unless they are called off', async () => {
    const called: string[] = [];
    machineTimers.after(1, () => called.push('kept'));
    machineTimers.after(1, () => called.push('called off'))();
    await pause(20);
    assert.deepEqual(called, ['kept']);
  });
});

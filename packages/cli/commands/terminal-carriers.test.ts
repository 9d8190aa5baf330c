import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '@coinbox/protocol';
import type { WalletId } from '@coinbox/protocol';
import type { Gateway } from '@coinbox/terminal';
import { UsageError } from '../exit-codes.ts';
import { withCarriers } from './terminal-carriers.ts';

const names: WalletId[] = ['wal_0000000000000000000000000A', 'wal_0000000000000000000000000B'];

/** A gateway of so many terminals, and how often it was closed. */
function gatewayOf(terminals: number) {
  const closed = { times: 0 };
  const gateway: Gateway = {
    url: 'http://127.0.0.1:1',
    terminals: names.slice(0, terminals),
    door: () => ({ exchange: async (request) => request }),
    close: async () => void (closed.times += 1),
  };
  return { gateway, closed };
}

describe('withCarriers()', () => {
  it('leaves a gateway as it is without a flag', async () => {
    const { gateway, closed } = gatewayOf(2);
    const running = await withCarriers(gateway, {});
    assert.equal(running.url, gateway.url);
    await running.close();
    assert.equal(closed.times, 1);
  });

  it('has one reader and one adapter for one terminal', async () => {
    for (const flags of [{ nfc: true }, { ble: true }] as const) {
      const { gateway, closed } = gatewayOf(2);
      await assert.rejects(withCarriers(gateway, flags), UsageError);
      assert.equal(closed.times, 1);
    }
  });

  it('closes the gateway where there is no such reader, or no such adapter', async () => {
    const expected = [
      // Without a PC/SC daemon it is unreachable, with one it has no such reader.
      [{ nfc: 'no such reader' }, ['unreachable', 'config-invalid']],
      [{ ble: 99 }, ['unreachable']],
    ] as const;
    for (const [flags, codes] of expected) {
      const { gateway, closed } = gatewayOf(1);
      await assert.rejects(withCarriers(gateway, flags), (thrown) => {
        assert.ok(thrown instanceof Fault);
        return (codes as readonly string[]).includes(thrown.code);
      });
      assert.equal(closed.times, 1);
    }
  });
});

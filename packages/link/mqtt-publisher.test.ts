import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createOpened, createParty, fill, startBroker, until, walletOf } from './fixtures.ts';
import { openMqttLink } from './mqtt-link.ts';

const [provider, terminal] = [walletOf(1), walletOf(2)];
const quick = { retryMs: 40, reconnectMs: 20, certificates: [] };
const opened = createOpened();
afterEach(() => opened.closeAll());

test('a broker that takes few unconfirmed publishes is not sent more', async () => {
  const broker = opened.keep(await startBroker(0, { receiveMaximum: 4 }));
  const { url } = broker;
  const [machine, host] = [createParty(), createParty()];
  fill(machine, provider, 0, 60);
  const peers = [provider];
  opened.keep(openMqttLink({ ...quick, ...machine, url, side: 'terminal', own: terminal, peers }));
  opened.keep(
    openMqttLink({ ...quick, ...host, url, side: 'provider', own: provider, peers: 'any' }),
  );
  await until('acknowledged', () => machine.outbox.size === 0);
  assert.ok(broker.mostUnconfirmed() <= 4, `${broker.mostUnconfirmed()} at a time`);
});

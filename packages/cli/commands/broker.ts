import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Fault } from '@coinbox/protocol';
import { Aedes } from 'aedes';

export type Broker = { readonly url: string; close(): Promise<void> };

/**
 * An MQTT 5 broker in this process, for the demo and for tests. It keeps nothing on disk and lets
 * everybody in: for real machines run Mosquitto. Links do not depend on what a broker keeps: every
 * message waits in its sender's own outbox. Fault unreachable where the port cannot be used.
 */
export async function startBroker(host: string, port: number): Promise<Broker> {
  const broker = await Aedes.createBroker({ concurrency: 1000 });
  // Without noDelay, Nagle's algorithm and delayed acknowledgements make 44 ms of every round trip.
  const server = createServer({ noDelay: true }, broker.handle);
  const closeBroker = (): Promise<void> => new Promise((resolve) => broker.close(() => resolve()));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch(async (cause: unknown) => {
    await closeBroker();
    throw new Fault('unreachable', `cannot listen on ${host}:${port}`, cause);
  });
  return {
    url: `mqtt://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      await closeBroker();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

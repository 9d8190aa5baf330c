import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Instant } from '@coinbox/protocol';
import { openMqttConnection, openMqttLink } from '@coinbox/link';
import type { MqttConnection } from '@coinbox/link';
import { readProviderFolder, startProvider } from '@coinbox/provider';
import type { Provider } from '@coinbox/provider';
import { tell } from '../output.ts';
import { reportFault, stayUp } from './run.ts';
import type { RunOptions } from './run.ts';

const clock: Clock = { now: () => Date.now() as Instant };

/**
 * Runs the providers of the folders in one process, over one connection to each broker, until told
 * to end.
 */
export async function runProviders(
  folders: readonly string[],
  { host, port, json }: RunOptions,
): Promise<void> {
  const connections = new Map<string, MqttConnection>();
  const providers: Provider[] = folders.map((folder) => {
    const { config, certificate } = readProviderFolder(folder, clock.now());
    const { wallet } = certificate.body;
    const url = config.brokerUrl;
    const connection =
      connections.get(url) ??
      openMqttConnection({ url, clientId: `coinbox-providers-${wallet}`, onFault: reportFault });
    connections.set(url, connection);
    return startProvider({
      folder,
      clock,
      random: (bytes) => randomBytes(bytes),
      openLink: (order) => openMqttLink({ ...order, connection, onFault: reportFault }),
      onRefused: (from, typ, { code, detail = '' }) =>
        tell(`${wallet}: refused a ${typ} of ${from}: ${code} ${detail}`),
    });
  });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'ok', providers: providers.length }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    for (const provider of providers) await provider.close();
    for (const connection of connections.values()) await connection.close();
  };
  await stayUp('provider', { url, close }, json);
}

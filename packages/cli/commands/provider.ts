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
  const providers: Provider[] = [];
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'ok', providers: providers.length }));
  });
  const closeProviders = async (): Promise<void> => {
    for (const provider of providers) await provider.close();
    for (const connection of connections.values()) await connection.close();
  };
  try {
    for (const folder of folders) providers.push(startOne(folder, connections));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (fault) {
    await closeProviders();
    throw fault;
  }
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await closeProviders();
  };
  await stayUp('provider', { url, close }, json);
}

function startOne(folder: string, connections: Map<string, MqttConnection>): Provider {
  const { config, certificate } = readProviderFolder(folder, clock.now());
  const { wallet } = certificate.body;
  const url = config.brokerUrl;
  // Made when the folder is locked: a second program would take the connection from the first.
  const connect = (): MqttConnection => {
    const clientId = `coinbox-providers-${wallet}`;
    const opened =
      connections.get(url) ?? openMqttConnection({ url, clientId, onFault: reportFault });
    connections.set(url, opened);
    return opened;
  };
  return startProvider({
    folder,
    clock,
    random: (bytes) => randomBytes(bytes),
    openLink: (order) => openMqttLink({ ...order, connection: connect(), onFault: reportFault }),
    onRefused: (from, typ, { code, detail = '' }) =>
      tell(`${wallet}: refused a ${typ} of ${from}: ${code} ${detail}`),
  });
}

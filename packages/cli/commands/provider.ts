import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problemOf } from '@coinbox/protocol';
import type { Clock, Instant } from '@coinbox/protocol';
import { openMqttConnection, openMqttLink } from '@coinbox/link';
import type { MqttConnection } from '@coinbox/link';
import { answerJson, openBillingToken, readProviderFolder, startProvider } from '@coinbox/provider';
import type { JsonAnswer, Provider } from '@coinbox/provider';
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
  const tokens = new Map<string, string>();
  const server = createServer((request, response) => {
    answer(request, providers, tokens).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    }, reportFault);
  });
  const closeProviders = async (): Promise<void> => {
    for (const provider of providers) await provider.close();
    for (const connection of connections.values()) await connection.close();
  };
  try {
    for (const folder of folders) {
      const provider = startOne(folder, connections);
      providers.push(provider);
      const { billing } = readProviderFolder(folder, clock.now()).config;
      if (billing === 'own') tokens.set(provider.wallet, openBillingToken(folder));
    }
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

const MOST_BODY_BYTES = 16_384;

/**
 * `/` is the status; below the wallet of a provider that bills by itself its own system bills, with
 * the token in `billing.token` of the provider's folder.
 */
async function answer(
  request: IncomingMessage,
  providers: readonly Provider[],
  tokens: ReadonlyMap<string, string>,
): Promise<JsonAnswer> {
  const [, wallet = '', path = ''] = /^\/(wal_\w+)(\/.*)$/.exec(request.url ?? '') ?? [];
  const provider = providers.find((one) => one.wallet === wallet);
  const token = tokens.get(wallet);
  if (!provider || token === undefined) {
    return { status: 200, body: { status: 'ok', providers: providers.length } };
  }
  let text = '';
  for await (const piece of request) {
    text += String(piece);
    if (text.length > MOST_BODY_BYTES)
      return { status: 413, body: problemOf({ code: 'too-large' }) };
  }
  const { method = 'GET', headers } = request;
  const question = { method, path, authorization: headers.authorization, body: text };
  return answerJson(provider, token, question);
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

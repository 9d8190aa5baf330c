import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createIssuerClient, parseId } from '@coinbox/protocol';
import type { Clock, Instant, WalletId } from '@coinbox/protocol';
import { keepAliveFetch, openMqttConnection, openMqttLink } from '@coinbox/link';
import type { MqttConnection } from '@coinbox/link';
import { lockFolder } from '@coinbox/storage';
import { startAgent } from './agent.ts';
import type { Agent } from './agent.ts';
import type { CarrierDoor } from './carrier-door.ts';
import { letPagesAsk, serveDisplay } from './carriers/http-display.ts';
import { readBody, refuse, serveCarrier } from './carriers/http.ts';
import { createOfferLinkDesk, issuerTime } from './carriers/offer-link.ts';
import type { OfferLinkDesk } from './carriers/offer-link.ts';
import { readTerminalFolder } from './config.ts';
import { createLiveDevice } from './devices/live.ts';
import { readReadings } from './devices/read-readings.ts';
import { createSimulatedDevice } from './devices/simulated.ts';
import type { SimulatedDevice } from './devices/simulated.ts';
import { openJournal } from './journal.ts';
import type { Bounds } from './state.ts';
import { machineTimers } from './timers.ts';

/** One process that serves the terminals of one or several machines. */
export type GatewayOptions = {
  /** A folder for each terminal. */
  readonly folders: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly bounds?: Partial<Bounds>;
  /** What payers' phones find the gateway under, where that is not its own address. */
  readonly publicUrl?: string;
  /** The simulated machines deliver by themselves, with so much power. */
  readonly liveWatts?: number;
  readonly onFault: (fault: unknown) => void;
};

export type Gateway = {
  readonly url: string;
  readonly terminals: readonly WalletId[];
  /** For carriers beside HTTP. Good until the gateway is closed. */
  door(terminal: WalletId): CarrierDoor | undefined;
  close(): Promise<void>;
};

type Station = {
  readonly agent: Agent;
  readonly device: SimulatedDevice;
  readonly links: OfferLinkDesk;
};

const fetch = keepAliveFetch();
const clock: Clock = { now: () => Date.now() as Instant };
/** Milliseconds. A client that keeps its connection finds it open longer than it uses it. */
const SERVER_LIMITS = { requestTimeout: 15_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 };
const MOST_DEVICE_BYTES = 65_536;

/**
 * Opens every terminal's folder (one program at a time), starts its agent, and serves payers over
 * HTTP. Faults: not-initialised, config-invalid, startup-unsafe, already-running, journal-corrupt.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const stations = new Map<string, Station>();
  const connections = new Map<string, MqttConnection>();
  const releases: (() => void)[] = [];
  const closeStations = async (): Promise<void> => {
    for (const { agent } of stations.values()) await agent.close();
    for (const connection of connections.values()) await connection.close();
    for (const release of releases) release();
  };
  const server = createServer(SERVER_LIMITS);
  server.on('request', (request, response) => {
    route(stations, request, response).catch((fault: unknown) => {
      options.onFault(fault);
      if (!response.headersSent) refuse(response, 'internal-error');
    });
  });
  let url = '';
  try {
    for (const folder of options.folders) {
      const lock = lockFolder(folder);
      releases.push(() => lock.release());
      const station = await openStation(folder, options, connections, () => url);
      stations.set(station.agent.terminal, station);
    }
    url = await listen(server, options);
  } catch (fault) {
    await closeStations();
    throw fault;
  }
  return {
    url,
    terminals: [...stations.values()].map(({ agent }) => agent.terminal),
    door: (terminal) => stations.get(terminal)?.agent,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await closeStations();
    },
  };
}

async function openStation(
  path: string,
  options: GatewayOptions,
  connections: Map<string, MqttConnection>,
  ownUrl: () => string,
): Promise<Station> {
  const folder = readTerminalFolder(path, clock.now());
  const { brokerUrl, issuerUrl } = folder.config;
  const device = deviceFor(options);
  const agent = await startAgent({
    folder,
    journal: openJournal(path),
    clock,
    timers: machineTimers,
    random: (bytes) => randomBytes(bytes),
    issuer: createIssuerClient({ url: issuerUrl, fetch }),
    openLink: (order) => {
      const connection = connectionTo(brokerUrl, order.own, connections, options.onFault);
      return openMqttLink({ ...order, side: 'terminal', connection, onFault: options.onFault });
    },
    device,
    ...(options.bounds && { bounds: options.bounds }),
    onFault: options.onFault,
  });
  const links = createOfferLinkDesk({
    door: agent,
    url: () => `${options.publicUrl ?? ownUrl()}/${agent.terminal}/carrier`,
    certificate: folder.keys.holdingCertificate.bytes,
    clock,
    askIssuer: () => issuerTime(fetch, issuerUrl),
  });
  return { agent, device, links };
}

const deviceFor = ({ liveWatts: watts }: GatewayOptions): SimulatedDevice =>
  watts === undefined
    ? createSimulatedDevice()
    : createLiveDevice({ watts, clock, timers: machineTimers });

/**
 * The terminals of one process share a connection to their broker, named after the first of them.
 */
function connectionTo(
  url: string,
  own: WalletId,
  connections: Map<string, MqttConnection>,
  onFault: (fault: unknown) => void,
): MqttConnection {
  const known = connections.get(url);
  if (known) return known;
  const opened = openMqttConnection({ url, clientId: `coinbox-gateway-${own}`, onFault });
  connections.set(url, opened);
  return opened;
}

function listen(server: Server, { host, port }: GatewayOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      resolve(`http://${host}:${address.port}`);
    });
  });
}

/**
 * `/livez`, `/status`, `/{terminal}/carrier` for payers, `/{terminal}/device/{session}` for a
 * simulated machine; `/{terminal}/link` for its screen; `/{terminal}/display`,
 * `…/tariffs/{hash}` and `…/sessions/{hash}` for pages.
 */
async function route(
  stations: ReadonlyMap<string, Station>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [first = '', second, third, fourth] = (request.url ?? '').slice(1).split('/');
  if (first === 'livez') return sendJson(response, { status: 'ok' });
  if (first === 'status') {
    return sendJson(
      response,
      [...stations.values()].map(({ agent }) => agent.status()),
    );
  }
  const station = stations.get(first);
  if (!station) return refuse(response, 'terminal-unknown');
  if (second === 'device' && third) return serveDevice(station, third, request, response);
  if (letPagesAsk(request, response)) return;
  if (second === 'carrier') return serveCarrier(station.agent, request, response);
  if (second === 'display' || second === 'tariffs' || second === 'sessions') {
    const words = [second, third, fourth].filter((word) => word !== undefined);
    return serveDisplay(station.agent.display, words, request, response);
  }
  if (second === 'link') return serveLink(station, response);
  return refuse(response, 'not-found');
}

/** What the machine shows as a QR code. Refused where nothing may be shown now. */
async function serveLink({ links }: Station, response: ServerResponse): Promise<void> {
  const link = await links.link();
  if (!link.ok) return refuse(response, link.rejection.code, { 'cache-control': 'no-store' });
  response.setHeader('cache-control', 'no-store');
  sendJson(response, { link: link.value });
}

function sendJson(response: ServerResponse, content: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(content));
}

type DeviceOrder = { readings?: unknown; fail?: unknown } | null;

/** What a simulated machine has measured: a JSON array of readings, counters as decimal strings. */
async function serveDevice(
  { device }: Station,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const session = parseId('session', id);
  if (!session.ok) return refuse(response, session.rejection.code);
  if (request.method !== 'POST') return refuse(response, 'method-not-allowed', { allow: 'POST' });
  const body = await readBody(request, MOST_DEVICE_BYTES);
  if (!body) return refuse(response, 'too-large', { connection: 'close' });
  let order: DeviceOrder;
  try {
    order = JSON.parse(new TextDecoder().decode(body)) as DeviceOrder;
  } catch {
    return refuse(response, 'malformed-json');
  }
  const readings = readReadings(order?.readings ?? []);
  if (!readings.ok) return refuse(response, readings.rejection.code);
  const done = order?.fail
    ? device.fail(session.value)
    : device.play(session.value, readings.value);
  if (done === 'played') return sendJson(response, { played: true });
  return refuse(response, done === 'refused' ? 'meter-invalid' : 'session-unknown');
}

import { createServer as createPlainServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { RPCServer } from 'ocpp-rpc';
import { Fault } from '@coinbox/protocol';
import type { Machine } from './machine.ts';
import { isPassword } from './password.ts';
import { createSeats } from './seats.ts';
import type { SeatOptions, Seats, StationConfig } from './seats.ts';
import { serve16 } from './serve-1-6.ts';
import { serve2 } from './serve-2.ts';
import type { OcppPeer } from './station.ts';
import { strictOptions } from './strict-options.ts';

export type OcppServerOptions = SeatOptions & {
  /** PEM texts: security profile 2. Without it anybody on the way can read the passwords. */
  readonly tls?: { readonly key: string; readonly cert: string };
};

export interface OcppServer {
  /**
   * Gives the address that stations connect to; their identity is added to it. Fault unreachable
   * where the port cannot be used.
   */
  listen(port: number, host: string): Promise<string>;
  machineOf(identity: string, connector: number): Machine;
  /** Lets the times run out that are over. The shell calls it every few seconds. */
  tick(): void;
  isConnected(identity: string): boolean;
  close(): Promise<void>;
}

const CALL_TIMEOUT_MS = 10_000;
/** Messages that are none of OCPP, before a station is shown out. */
const MOST_BAD_MESSAGES = 20;

/**
 * A central system for charge points of OCPP 1.6J, 2.0.1 and 2.1. Each connector is the machine of
 * one terminal: it starts for a session that the terminal has accepted, and for nobody else.
 */
export function createOcppServer(options: OcppServerOptions): OcppServer {
  const seats = createSeats(options);
  const rpc = createRpc(options, seats);
  const http: Server = options.tls ? createTlsServer(options.tls) : createPlainServer();
  http.on('upgrade', rpc.handleUpgrade);
  http.on('request', (_request, response) => response.writeHead(404).end());
  return {
    async listen(port, host) {
      await new Promise<void>((resolve, reject) => {
        http.once('error', (cause) => {
          reject(new Fault('unreachable', `cannot listen on ${host}:${port}`, cause));
        });
        http.listen(port, host, resolve);
      });
      const { port: bound } = http.address() as AddressInfo;
      return `${options.tls ? 'wss' : 'ws'}://${host}:${bound}`;
    },
    machineOf: (identity, connector) => seats.machineOf(identity, connector),
    tick: () => seats.tick(),
    isConnected: (identity) => seats.isConnected(identity),
    async close() {
      await rpc.close({ code: 1001, reason: '', awaitPending: false, force: true });
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function createRpc({ stations, onFault }: OcppServerOptions, seats: Seats): RPCServer {
  const configs = new Map<string, StationConfig>(stations.map((one) => [one.identity, one]));
  const bounds = { maxBadMessages: MOST_BAD_MESSAGES, callTimeoutMs: CALL_TIMEOUT_MS };
  const rpc = new RPCServer({ ...strictOptions(), ...bounds });
  rpc.auth((accept, reject, { identity, password }) => {
    const config = configs.get(identity);
    // The library gives the bytes, whatever its types say: a password may be binary.
    const given = password as unknown as Uint8Array | undefined;
    if (!config || !given) return reject(401, 'who are you?');
    isPassword(given, config.password).then(
      (isRight) => (isRight ? accept({}) : reject(401, 'who are you?')),
      (fault: unknown) => {
        onFault(fault);
        reject(500, '');
      },
    );
  });
  rpc.on('client', (client) => {
    const config = configs.get(client.identity);
    if (!config) return;
    const station = seats.stationOf(config);
    const version = client.protocol;
    const peer = client as unknown as OcppPeer;
    const calls =
      version === 'ocpp1.6'
        ? serve16(peer, station)
        : serve2(peer, station, version === 'ocpp2.1' ? '2.1' : '2.0.1');
    client.on('close', () => seats.disconnected(config.identity, calls));
    seats.connected(config, calls);
  });
  return rpc;
}

import type { Instant } from '@coinbox/protocol';
import type { OcppTariff } from './default-tariff.ts';
import type { ConnectorEvent, ConnectorState } from './step-connector.ts';

/** What a station's messages act on, whatever version of OCPP they are in. */
export interface Station {
  readonly identity: string;
  now(): Instant;
  /** Connectors (OCPP 1.6) or EVSEs (2.0.1, 2.1), from 1. */
  readonly connectors: readonly number[];
  state(connector: number): ConnectorState;
  /** What has happened at a connector. Durable when it returns, and told to the terminal. */
  take(connector: number, event: ConnectorEvent): void;
  nextTransaction(): number;
  /** For the display of a station of OCPP 2.1. */
  readonly tariff: OcppTariff | undefined;
  /** What the session at a connector has cost so far and may cost, in major units. */
  cost(connector: number): { readonly total?: number; readonly most?: number };
  /** The issuer or the terminal's bank has settled: for a log. */
  settled(notice: { readonly transaction?: string; readonly reference: string }): void;
}

/** The connector that has this transaction, or that has ordered this token. */
export const connectorOf = (
  station: Station,
  transaction: string,
  token: string | undefined,
): number | undefined =>
  station.connectors.find((one) => station.state(one).order?.transaction === transaction) ??
  station.connectors.find((one) => token && station.state(one).order?.token === token);

/** What the server asks of a station. */
export interface StationCalls {
  /** `refused`: it will not start. `unknown`: it may still. */
  start(connector: number, token: string): Promise<'asked' | 'refused' | 'unknown'>;
  stop(transaction: string): Promise<void>;
}

/** The end of a connection, as ocpp-rpc has it: what comes is answered, and calls are made. */
export interface OcppPeer {
  handle<T>(method: string, answer: (call: { readonly params: T }) => object): void;
  /** Throws where the other side answers with an error, or not in time. */
  call(method: string, params: object): Promise<unknown>;
}

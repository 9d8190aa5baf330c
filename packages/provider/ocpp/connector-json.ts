// pure
import { assert } from '@coinbox/protocol';
import { FREE_CONNECTOR } from './step-connector.ts';
import type { ConnectorState, Order } from './step-connector.ts';

/** A connector as text, for a store of our own: JSON, counts as decimal strings. */
export const connectorText = (state: ConnectorState): string =>
  JSON.stringify(state, (_name, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );

/** Reads what `connectorText` has written; without a text a connector is free. */
export function readConnector(text: string | undefined): ConnectorState {
  if (text === undefined) return FREE_CONNECTOR;
  const state = JSON.parse(text, (_name, value: unknown) =>
    typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as ConnectorState;
  const order: Order | undefined = state.order;
  assert(!order || typeof order.lastWh === 'bigint', 'a connector of our own store can be read');
  return state;
}

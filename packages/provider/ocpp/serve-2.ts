import { samples2 } from './samples.ts';
import type { MeterValue2 } from './samples.ts';
import { connectorOf } from './station.ts';
import type { OcppPeer, Station, StationCalls } from './station.ts';
import { isOrdered } from './step-connector.ts';

type Params<T> = { readonly params: T };
type TransactionEvent = {
  eventType: 'Started' | 'Updated' | 'Ended';
  timestamp: string;
  seqNo: number;
  transactionInfo: { transactionId: string; chargingState?: string; remoteStartId?: number };
  idToken?: { idToken: string };
  evse?: { id: number };
  meterValue?: readonly MeterValue2[];
};
type Settlement = { transactionId?: string; pspRef: string };

const NOTICES = [
  'StatusNotification',
  'FirmwareStatusNotification',
  'LogStatusNotification',
  'SecurityEventNotification',
  'NotifyEvent',
  'NotifyReport',
  'NotifyMonitoringReport',
  'MeterValues',
];

/** A station that shows no tariff charges as well. */
const ignore = (): void => undefined;

export type Version2 = '2.0.1' | '2.1';

/** Answers a station that speaks OCPP 2.0.1 or 2.1, and asks it. */
export function serve2(client: OcppPeer, station: Station, version: Version2): StationCalls {
  const currentTime = () => new Date(station.now()).toISOString();
  client.handle('BootNotification', () => {
    for (const connector of station.connectors) station.take(connector, { kind: 'booted' });
    const { tariff } = station;
    // After the answer: a station takes no call before it is accepted.
    if (version === '2.1' && tariff) {
      setImmediate(() => void client.call('SetDefaultTariff', { evseId: 0, tariff }).catch(ignore));
    }
    return { status: 'Accepted', currentTime: currentTime(), interval: 300 };
  });
  client.handle('Heartbeat', () => ({ currentTime: currentTime() }));
  // Values outside of a transaction are nobody's.
  for (const name of NOTICES) client.handle(name, () => ({}));
  client.handle('DataTransfer', () => ({ status: 'UnknownVendorId' }));
  client.handle('Authorize', ({ params }: Params<{ idToken: { idToken: string } }>) => {
    const { idToken } = params.idToken;
    const isKnown = station.connectors.some((one) => isOrdered(station.state(one), idToken));
    return { idTokenInfo: { status: isKnown ? 'Accepted' : 'Invalid' } };
  });
  client.handle('TransactionEvent', ({ params }: Params<TransactionEvent>) =>
    transactionEvent(station, params, version),
  );
  if (version === '2.1') {
    client.handle('NotifySettlement', ({ params }: Params<Settlement>) => {
      const { transactionId, pspRef } = params;
      const notice = { reference: pspRef };
      const named =
        transactionId === undefined ? notice : { ...notice, transaction: transactionId };
      station.settled(named);
      return { receiptId: pspRef.slice(0, 50) };
    });
  }
  return {
    async start(evseId, token) {
      const idToken = { idToken: token, type: 'Central' };
      const asked = { remoteStartId: remoteStartIdOf(token), idToken, evseId };
      const answer = await client.call('RequestStartTransaction', asked).catch(() => undefined);
      if (!answer) return 'unknown';
      return (answer as { status: string }).status === 'Accepted' ? 'asked' : 'refused';
    },
    async stop(transactionId) {
      await client.call('RequestStopTransaction', { transactionId }).catch(() => undefined);
    },
  };
}

/** A number of 31 bits for a token of hexadecimal digits: a station repeats it in its events. */
export const remoteStartIdOf = (token: string): number =>
  Number.parseInt(token.slice(-8), 16) & 0x7fff_ffff;

const drawing = new Set([undefined, 'Charging']);

function transactionEvent(station: Station, event: TransactionEvent, version: Version2) {
  const { eventType, transactionInfo, idToken, evse, meterValue = [] } = event;
  const { transactionId: transaction, chargingState } = transactionInfo;
  const token = idToken?.idToken ?? tokenOf(station, transactionInfo.remoteStartId);
  const connector = connectorOf(station, transaction, token) ?? evse?.id;
  const isHere = connector !== undefined && station.connectors.includes(connector);
  if (!isHere) return idToken ? { idTokenInfo: { status: 'Invalid' } } : {};
  const samples = samples2(meterValue);
  const named = token === undefined ? {} : { token };
  const isOwn = () => station.state(connector).order?.transaction === transaction;
  // A start that was lost, or comes after what followed it: the token says whose it is.
  if (eventType !== 'Ended' && !isOwn()) {
    const [sample] = samples;
    const first = sample ? { sample } : {};
    station.take(connector, { kind: 'started', transaction, ...named, ...first });
  }
  const wasOwn = isOwn();
  if (eventType === 'Ended')
    station.take(connector, { kind: 'ended', transaction, samples, ...named });
  else if (wasOwn) {
    const idle = !drawing.has(chargingState);
    station.take(connector, { kind: 'metered', transaction, samples, idle });
  }
  const info = idToken && { idTokenInfo: { status: wasOwn ? 'Accepted' : 'Invalid' } };
  if (eventType === 'Ended' || !isOwn()) return info ?? {};
  const { total, most } = station.cost(connector);
  return {
    ...info,
    ...(total !== undefined && { totalCost: total }),
    ...(version === '2.1' && most !== undefined && { transactionLimit: { maxCost: most } }),
  };
}

/** A start by our own wish, whose event does not repeat the token. */
function tokenOf(station: Station, remoteStartId: number | undefined): string | undefined {
  if (remoteStartId === undefined) return undefined;
  const tokens = station.connectors.flatMap((one) => station.state(one).order?.token ?? []);
  return tokens.find((token) => remoteStartIdOf(token) === remoteStartId);
}

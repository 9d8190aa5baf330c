import { sample16, samples16 } from './samples.ts';
import type { MeterValue16 } from './samples.ts';
import { connectorOf } from './station.ts';
import type { OcppPeer, Station, StationCalls } from './station.ts';
import { isOrdered } from './step-connector.ts';

type Params<T> = { readonly params: T };
type Start = { connectorId: number; idTag: string; meterStart: number; timestamp: string };
type Stop = {
  transactionId: number;
  idTag?: string;
  meterStop: number;
  timestamp: string;
  transactionData?: readonly MeterValue16[];
};
type Values = { connectorId: number; transactionId?: number; meterValue: readonly MeterValue16[] };

/** OCA's “OCPP & California Pricing Requirements”: costs on the display of an OCPP 1.6 station. */
const COST_VENDOR = 'org.openchargealliance.costmsg';

/** Answers a station that speaks OCPP 1.6J (edition 2), and asks it. */
export function serve16(client: OcppPeer, station: Station): StationCalls {
  const currentTime = () => new Date(station.now()).toISOString();
  const ok = { status: 'Accepted' };
  let showsCost = true;
  client.handle('BootNotification', () => {
    for (const connector of station.connectors) station.take(connector, { kind: 'booted' });
    return { status: 'Accepted', currentTime: currentTime(), interval: 300 };
  });
  client.handle('Heartbeat', () => ({ currentTime: currentTime() }));
  for (const name of ['StatusNotification', 'FirmwareStatusNotification'])
    client.handle(name, () => ({}));
  client.handle('DiagnosticsStatusNotification', () => ({}));
  client.handle('DataTransfer', () => ({ status: 'UnknownVendorId' }));
  client.handle('Authorize', ({ params }: Params<{ idTag: string }>) => {
    const isKnown = station.connectors.some((one) => isOrdered(station.state(one), params.idTag));
    return { idTagInfo: isKnown ? ok : { status: 'Invalid' } };
  });
  client.handle('StartTransaction', ({ params }: Params<Start>) =>
    startTransaction(station, params),
  );
  client.handle('MeterValues', ({ params }: Params<Values>) => {
    const { connectorId, transactionId, meterValue } = params;
    if (transactionId === undefined || !station.connectors.includes(connectorId)) return {};
    const transaction = String(transactionId);
    const samples = samples16(meterValue);
    station.take(connectorId, { kind: 'metered', transaction, samples });
    if (showsCost) void tellCost(connectorId, transactionId, meterValue);
    return {};
  });
  client.handle('StopTransaction', ({ params }: Params<Stop>) => {
    const { transactionId, idTag, meterStop, timestamp, transactionData = [] } = params;
    const transaction = String(transactionId);
    const connector = connectorOf(station, transaction, idTag);
    const samples = [...samples16(transactionData), ...sample16(timestamp, meterStop)];
    if (connector !== undefined) {
      const event = { kind: 'ended', transaction, samples } as const;
      station.take(connector, idTag === undefined ? event : { ...event, token: idTag });
    }
    // Always answered: a station sends again what is not, for ever.
    return { idTagInfo: ok };
  });
  const tellCost = async (
    connector: number,
    transactionId: number,
    meterValue: readonly MeterValue16[],
  ): Promise<void> => {
    const { total } = station.cost(connector);
    const last = samples16(meterValue).at(-1);
    if (total === undefined || !last) return;
    const meter = { timestamp: currentTime(), meterValue: Number(last.energyWh) };
    const running = { transactionId, ...meter, cost: total, state: 'Charging' };
    const message = { vendorId: COST_VENDOR, messageId: 'RunningCost' };
    const answer = (await client
      .call('DataTransfer', { ...message, data: JSON.stringify(running) })
      .catch(() => undefined)) as { status?: string } | undefined;
    if (answer && answer.status !== 'Accepted') showsCost = false;
  };
  return {
    async start(connectorId, idTag) {
      const asked = { connectorId, idTag };
      const answer = await client.call('RemoteStartTransaction', asked).catch(() => undefined);
      if (!answer) return 'unknown';
      return (answer as { status: string }).status === 'Accepted' ? 'asked' : 'refused';
    },
    async stop(transaction) {
      const transactionId = Number(transaction);
      await client.call('RemoteStopTransaction', { transactionId }).catch(() => undefined);
    },
  };
}

/** The number of a transaction is made here. One that is told again gets the same. */
function startTransaction(station: Station, { connectorId, idTag, meterStart, timestamp }: Start) {
  const isHere = station.connectors.includes(connectorId);
  const order = isHere ? station.state(connectorId).order : undefined;
  const isOwn = order !== undefined && isOrdered({ order }, idTag);
  const known = isOwn ? order.transaction : undefined;
  const isAgain = known !== undefined && order?.startWh === BigInt(Math.max(0, meterStart));
  const transaction = isAgain ? known : String(station.nextTransaction());
  const [sample] = sample16(timestamp, meterStart);
  if (isHere) {
    const event = { kind: 'started', transaction, token: idTag } as const;
    station.take(connectorId, sample ? { ...event, sample } : event);
  }
  const isServed = isHere && station.state(connectorId).order?.transaction === transaction;
  return {
    transactionId: Number(transaction),
    idTagInfo: { status: isServed ? 'Accepted' : 'Invalid' },
  };
}

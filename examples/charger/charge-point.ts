import { RPCClient } from 'ocpp-rpc';
import { strictOptions } from '@coinbox/provider/ocpp';

/** A charge point of OCPP 2.0.1 with a car on it: it starts when it is asked to. */
export async function connectChargePoint(endpoint: string, identity: string, password: string) {
  const client = new RPCClient({
    ...strictOptions(),
    protocols: ['ocpp2.0.1'],
    endpoint,
    identity,
    password,
    reconnect: false,
  } as ConstructorParameters<typeof RPCClient>[0]);
  let register = 123_456;
  let sequence = 0;
  let transaction: string | undefined;
  let hasBegun = (): void => undefined;
  let hasStopped = (): void => undefined;
  const event = (eventType: string, triggerReason: string, more: object = {}) =>
    client.call('TransactionEvent', {
      eventType,
      triggerReason,
      timestamp: new Date().toISOString(),
      seqNo: sequence++,
      transactionInfo: { transactionId: transaction, chargingState: 'Charging' },
      evse: { id: 1, connectorId: 1 },
      meterValue: [{ timestamp: new Date().toISOString(), sampledValue: [{ value: register }] }],
      ...more,
    });
  const stop = async (reason: string): Promise<void> => {
    if (transaction === undefined) return;
    await event('Ended', reason);
    transaction = undefined;
    hasStopped();
  };
  client.handle('RequestStartTransaction', (({ params }: Start) => {
    transaction = `T${sequence}`;
    const begin = event('Started', 'RemoteStart', { idToken: params.idToken });
    begin.then(() => hasBegun(), console.error);
    return { status: 'Accepted' };
  }) as never);
  client.handle('RequestStopTransaction', (() => {
    setImmediate(() => void stop('RemoteStop').catch(console.error));
    return { status: 'Accepted' };
  }) as never);
  await client.connect();
  const chargingStation = { vendorName: 'Example', model: 'One' };
  await client.call('BootNotification', { chargingStation, reason: 'PowerUp' });
  return {
    /** Waits for the start of a transaction. */
    begun: () => new Promise<void>((resolve) => (hasBegun = resolve)),
    /** The car draws so many watt-hours, and the station says so. Is it still charging? */
    async charge(wattHours: number): Promise<boolean> {
      register += wattHours;
      if (transaction !== undefined) await event('Updated', 'MeterValuePeriodic');
      // The wish to stop may be on its way.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return transaction !== undefined;
    },
    unplug: () => stop('EVCommunicationLost'),
    stopped: () => new Promise<void>((resolve) => (hasStopped = resolve)),
    vanish: () =>
      client.close({
        code: 1000,
        reason: '',
        awaitPending: false,
        force: true,
      }) as Promise<unknown>,
  };
}

type Start = { readonly params: { readonly idToken: object } };

import { RPCClient } from 'ocpp-rpc';
import { strictOptions } from '../strict-options.ts';
import type { OcppPeer } from '../station.ts';

export type Version = '1.6' | '2.0.1' | '2.1';

/** A charge point of our own over ocpp-rpc's client, strict too. A test plays with it. */
export interface ChargePoint {
  readonly version: Version;
  /** Watt-hours on each connector's register; whoever plays adds to them. */
  readonly register: Map<number, number>;
  /** What the central system has asked, newest last. */
  readonly asked: { readonly method: string; readonly params: Record<string, unknown> }[];
  /** Answers to wishes to start and stop. */
  refuses: boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  call(method: string, params: object): Promise<Record<string, unknown>>;
  boot(): Promise<void>;
  /** The token that the central system has asked to start with, once it has asked. */
  token(connector: number): Promise<string>;
  /** Starts a transaction: its number, and whether it may go on. */
  start(connector: number, token: string): Promise<{ transaction: string; status: string }>;
  meter(connector: number, transaction: string): Promise<Record<string, unknown>>;
  end(connector: number, transaction: string, over?: EndOptions): Promise<Record<string, unknown>>;
  /** Resolves when the central system has asked to stop this transaction. */
  askedToStop(transaction: string): Promise<void>;
}

export type EndOptions = { readonly meterWh?: number; readonly token?: string };

export type ChargePointOptions = {
  readonly url: string;
  readonly identity: string;
  readonly password: string;
  readonly version: Version;
  readonly now?: () => number;
  /** PEM text of the certificate that is trusted: security profile 2. */
  readonly ca?: string;
};

const ENERGY = 'Energy.Active.Import.Register';
type Asked = ChargePoint['asked'];

/** A call that a charge point makes. */
type Call = readonly [method: string, params: object];

/** The messages of one version, and how its answers and questions are read. */
type Dialect = {
  readonly hears: readonly string[];
  boot(): Call;
  start(connector: number, token: string, meterWh: number): Call;
  meter(connector: number, transaction: string, meterWh: number): Call;
  end(connector: number, transaction: string, meterWh: number, token?: string): Call;
  /** The token in a question to start on this connector. */
  tokenIn(asked: Asked[number], connector: number): string | undefined;
  started(call: Call, answer: Record<string, unknown>): { transaction: string; status: string };
};

const statusIn = (answer: unknown): string => (answer as { status?: string })?.status ?? 'none';

const dialect16 = (time: () => string): Dialect => ({
  hears: ['RemoteStartTransaction', 'RemoteStopTransaction', 'DataTransfer'],
  boot: () => ['BootNotification', { chargePointVendor: 'Coinbox', chargePointModel: 'test' }],
  start: (connectorId, idTag, meterStart) => [
    'StartTransaction',
    { connectorId, idTag, meterStart, timestamp: time() },
  ],
  meter(connectorId, transaction, meterWh) {
    const sampled = { value: String(meterWh), measurand: ENERGY, unit: 'Wh' };
    const meterValue = [{ timestamp: time(), sampledValue: [sampled] }];
    return ['MeterValues', { connectorId, transactionId: Number(transaction), meterValue }];
  },
  end: (_connector, transaction, meterStop, token) => [
    'StopTransaction',
    {
      transactionId: Number(transaction),
      timestamp: time(),
      meterStop,
      ...(token !== undefined && { idTag: token }),
    },
  ],
  tokenIn: ({ method, params }, connector) =>
    method === 'RemoteStartTransaction' && params['connectorId'] === connector
      ? (params['idTag'] as string)
      : undefined,
  started: (_call, answer) => ({
    transaction: String(answer['transactionId']),
    status: statusIn(answer['idTagInfo']),
  }),
});

function dialect2(time: () => string): Dialect {
  let sequence = 0;
  const event = (
    eventType: string,
    connector: number,
    transactionId: string,
    meterWh: number,
    token?: string,
  ): Call => [
    'TransactionEvent',
    {
      eventType,
      timestamp: time(),
      triggerReason: eventType === 'Started' ? 'RemoteStart' : 'MeterValuePeriodic',
      seqNo: sequence++,
      transactionInfo: { transactionId, chargingState: 'Charging' },
      evse: { id: connector, connectorId: 1 },
      meterValue: [{ timestamp: time(), sampledValue: [{ value: meterWh, measurand: ENERGY }] }],
      ...(token !== undefined && { idToken: { idToken: token, type: 'Central' } }),
    },
  ];
  return {
    hears: ['RequestStartTransaction', 'RequestStopTransaction', 'SetDefaultTariff'],
    boot() {
      const chargingStation = { vendorName: 'Coinbox', model: 'test' };
      return ['BootNotification', { chargingStation, reason: 'PowerUp' }];
    },
    start: (connector, token, meterWh) =>
      event('Started', connector, `T-${connector}-${sequence}-${token.slice(-6)}`, meterWh, token),
    meter: (...values) => event('Updated', ...values),
    end: (...values) => event('Ended', ...values),
    tokenIn: ({ method, params }, connector) =>
      method === 'RequestStartTransaction' && params['evseId'] === connector
        ? (params['idToken'] as { idToken: string }).idToken
        : undefined,
    started([, params], answer) {
      const { transactionInfo } = params as { transactionInfo: { transactionId: string } };
      const status = statusIn(answer['idTokenInfo']);
      return { transaction: transactionInfo.transactionId, status };
    },
  };
}

/** Something that is awaited until it is there. */
function createBell() {
  let waiting: (() => void)[] = [];
  return {
    ring: () => waiting.splice(0).forEach((wake) => wake()),
    async until<T>(find: () => T | undefined): Promise<T> {
      for (;;) {
        const found = find();
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => void (waiting = [...waiting, resolve]));
      }
    },
  };
}

export function createChargePoint(options: ChargePointOptions): ChargePoint {
  const { url: endpoint, identity, password, version, now = Date.now, ca } = options;
  const strict = { ...strictOptions(), protocols: [`ocpp${version}`] };
  const own = {
    endpoint,
    identity,
    password,
    reconnect: false,
    callTimeoutMs: 5_000,
    ...(ca && { wsOpts: { ca } }),
  };
  // What is left out has a default, which the types of the library do not know.
  const client = new RPCClient({ ...strict, ...own } as ConstructorParameters<typeof RPCClient>[0]);
  const peer = client as unknown as OcppPeer;
  const asked: Asked = [];
  const bell = createBell();
  const time = () => new Date(now()).toISOString();
  const dialect = version === '1.6' ? dialect16(time) : dialect2(time);
  for (const method of dialect.hears) {
    peer.handle<Record<string, unknown>>(method, ({ params }) => {
      asked.push({ method, params });
      bell.ring();
      return { status: point.refuses ? 'Rejected' : 'Accepted' };
    });
  }
  const call = async (...[method, params]: Call) =>
    (await peer.call(method, params)) as Record<string, unknown>;
  const meterOf = (connector: number) => point.register.get(connector) ?? 0;
  const point: ChargePoint = {
    version,
    register: new Map(),
    asked,
    refuses: false,
    connect: async () => void (await client.connect()),
    disconnect: async () =>
      void (await client.close({ code: 1000, reason: '', awaitPending: false, force: true })),
    call,
    boot: async () => void (await call(...dialect.boot())),
    token: (connector) =>
      bell.until(() => asked.flatMap((one) => dialect.tokenIn(one, connector) ?? []).at(-1)),
    async start(connector, token) {
      const began = dialect.start(connector, token, meterOf(connector));
      return dialect.started(began, await call(...began));
    },
    meter: (connector, transaction) =>
      call(...dialect.meter(connector, transaction, meterOf(connector))),
    end: (connector, transaction, { meterWh = meterOf(connector), token } = {}) =>
      call(...dialect.end(connector, transaction, meterWh, token)),
    async askedToStop(transaction) {
      const isStop = ({ method, params }: Asked[number]) =>
        /Stop/.test(method) && String(params['transactionId']) === transaction;
      await bell.until(() => asked.find(isStop));
    },
  };
  return point;
}

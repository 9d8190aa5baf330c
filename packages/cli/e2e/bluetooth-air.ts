import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

// Bluetooth without hardware, below the host stacks: controllers in memory that speak HCI
// (Bluetooth Core Specification, Vol 4, Part E), and a way to controllers behind a Unix socket.

/** What may happen to a value on its way. */
export type Mishap = 'lose-link' | 'lose-value' | 'repeat-value';

/** The air between controllers in memory: legacy advertising, one link a pair, no pairing. */
export type Air = {
  /** The largest ATT MTU that gets through; larger ones are cut in the exchange of it. */
  mtu: number;
  /** What happens to the value of that number, counted from 0 since it was set. */
  mishap: { readonly at: number; readonly what: Mishap } | undefined;
  /** Values (writes to payload characteristics and notifications) since the count was set to 0. */
  values: number;
  readonly controllers: Set<Controller>;
  readonly links: Map<number, readonly [Controller, Controller]>;
};

export const createAir = (): Air => ({
  mtu: 517,
  mishap: undefined,
  values: 0,
  controllers: new Set(),
  links: new Map(),
});

/** The end of an HCI link that noble and bleno drive. */
export type Controller = EventEmitter & {
  readonly address: Buffer;
  advertisement: Buffer;
  scanResponse: Buffer;
  isAdvertising: boolean;
  event(code: number, content: Buffer): void;
  metaEvent(code: number, content: Buffer): void;
  receive(packet: Buffer): void;
};

const [ACL, EVENT] = [2, 4];
const SCAN_MS = 5;
/** Reasons of a disconnection: supervision timeout, by the other side, by this host. */
const REASON = { timeout: 0x08, remote: 0x13, local: 0x16 } as const;
const OPCODE = {
  disconnect: 0x0406,
  localVersion: 0x1001,
  bufferSize: 0x1005,
  address: 0x1009,
  rssi: 0x1405,
  leBufferSize: 0x2002,
  leFeatures: 0x2003,
  advertisement: 0x2008,
  scanResponse: 0x2009,
  advertise: 0x200a,
  scan: 0x200c,
  connect: 0x200d,
  updateLink: 0x2013,
  remoteFeatures: 0x2016,
  leEnabled: 0x0c6c,
} as const;

const word = (value: number): Buffer => Buffer.of(value & 0xff, value >> 8);
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Answers that depend on nothing. A command that is not here is done, and has nothing to say. */
const FIXED: ReadonlyMap<number, Buffer> = new Map([
  [OPCODE.leEnabled, hex('00 01 00')],
  [OPCODE.localVersion, hex('00 09 0000 09 f105 0000')],
  [OPCODE.bufferSize, hex('00 fb00 00 0800 0000')],
  [OPCODE.leBufferSize, hex('00 fb00 08')],
  [OPCODE.leFeatures, hex('00 0000000000000000')],
]);

let made = 0;

/** A controller in the air, as the driver that noble and bleno take. */
function createController(): Controller {
  let air: Air | undefined;
  let isUp = false;
  let scanning: ReturnType<typeof setInterval> | undefined;
  const emitter = new EventEmitter();
  const send = (packet: Buffer): void =>
    void setImmediate(() => isUp && emitter.emit('data', packet));
  const controller = Object.assign(emitter, {
    address: Buffer.of(++made, 0x11, 0x22, 0x33, 0x44, 0xc0),
    advertisement: Buffer.alloc(0),
    scanResponse: Buffer.alloc(0),
    isAdvertising: false,
    event: (code: number, content: Buffer) =>
      send(Buffer.concat([Buffer.of(EVENT, code, content.length), content])),
    metaEvent: (code: number, content: Buffer) =>
      controller.event(0x3e, Buffer.concat([Buffer.of(code), content])),
    receive: send,
    setFilter: () => undefined,
    bindControl: () => undefined,
    getDeviceList: async () => [],
    isDevUp: () => isUp,
    bindUser: (id: number, options: { air: Air }) => controller.bindRaw(id, options),
    bindRaw: (_id: number, options: { air: Air }) => {
      air = options.air;
      air.controllers.add(controller);
      return 0;
    },
    start: () => {
      if (!air) return;
      setImmediate(() => {
        isUp = true;
        emitter.emit('state', true);
      });
    },
    stop: () => {
      isUp = false;
      clearInterval(scanning);
      air?.controllers.delete(controller);
    },
    reset: () => undefined,
    write: (packet: Buffer) => {
      if (!air) return;
      if (packet[0] === ACL) return carry(air, controller, packet);
      const opcode = packet.readUInt16LE(1);
      if (opcode === OPCODE.scan) {
        clearInterval(scanning);
        const within = air;
        if (packet[4] === 1) scanning = setInterval(() => report(within, controller), SCAN_MS);
      }
      command(air, controller, opcode, packet.subarray(4));
    },
  });
  return controller;
}

/** Tells a scanning controller of everybody who advertises (LE Advertising Report). */
function report({ controllers }: Air, to: Controller): void {
  for (const one of controllers) {
    if (one === to || !one.isAdvertising) continue;
    for (const [type, content] of [
      [0, one.advertisement],
      [4, one.scanResponse],
    ] as const) {
      const head = Buffer.concat([Buffer.of(1, type, 0), one.address, Buffer.of(content.length)]);
      to.metaEvent(2, Buffer.concat([head, content, Buffer.of(200)]));
    }
  }
}

function command(air: Air, from: Controller, opcode: number, content: Buffer): void {
  const status = (): void => from.event(0x0f, Buffer.concat([hex('00 01'), word(opcode)]));
  const complete = (answer: Buffer = Buffer.of(0)): void =>
    from.event(0x0e, Buffer.concat([Buffer.of(1), word(opcode), answer]));
  const named = content.subarray(1, 1 + (content[0] ?? 0));
  switch (opcode) {
    case OPCODE.address:
      return complete(Buffer.concat([Buffer.of(0), from.address]));
    case OPCODE.rssi:
      return complete(Buffer.concat([Buffer.of(0), content.subarray(0, 2), Buffer.of(200)]));
    case OPCODE.advertisement:
      from.advertisement = Buffer.from(named);
      return complete();
    case OPCODE.scanResponse:
      from.scanResponse = Buffer.from(named);
      return complete();
    case OPCODE.advertise:
      from.isAdvertising = content[0] === 1;
      return complete();
    case OPCODE.connect:
      status();
      return join(air, from, content.subarray(6, 12));
    case OPCODE.updateLink:
      status();
      return from.metaEvent(
        3,
        Buffer.concat([Buffer.of(0), content.subarray(0, 2), content.subarray(4, 10)]),
      );
    case OPCODE.remoteFeatures:
      status();
      return from.metaEvent(
        4,
        Buffer.concat([Buffer.of(0), content.subarray(0, 2), Buffer.alloc(8)]),
      );
    case OPCODE.disconnect:
      status();
      return part(air, content.readUInt16LE(0), from);
    default:
      return complete(FIXED.get(opcode));
  }
}

function join(air: Air, from: Controller, address: Buffer): void {
  const to = [...air.controllers].find((one) => one.isAdvertising && one.address.equals(address));
  if (!to) return;
  const number = 0x40 + (made++ & 0x3ff);
  air.links.set(number, [from, to]);
  to.isAdvertising = false;
  const parameters = hex('1800 0000 4800 00');
  const linked = (role: number, peer: Controller): Buffer =>
    Buffer.concat([Buffer.of(0), word(number), Buffer.of(role, 0), peer.address, parameters]);
  from.metaEvent(1, linked(0, to));
  to.metaEvent(1, linked(1, from));
}

/** Ends a link: by the host of one side, or, without one, since it was lost. */
function part(air: Air, number: number, by?: Controller): void {
  const link = air.links.get(number);
  air.links.delete(number);
  for (const one of link ?? []) {
    const reason = by ? (one === by ? REASON.local : REASON.remote) : REASON.timeout;
    one.event(0x05, Buffer.concat([Buffer.of(0), word(number), Buffer.of(reason)]));
  }
}

/** ATT opcodes: exchange of the MTU; write command, and notification. */
const ATT = { askMtu: 0x02, tellMtu: 0x03, write: 0x52, notify: 0x1b } as const;
/** Where the ATT part begins: after the headers of HCI ACL (5 bytes) and L2CAP (4 bytes). */
const ATT_AT = 9;

/** One ACL packet on its way to the other side, unless something happens to it. */
function carry(air: Air, from: Controller, packet: Buffer): void {
  const head = packet.readUInt16LE(1);
  const number = head & 0x0fff;
  from.event(0x13, Buffer.concat([Buffer.of(1), word(number), word(1)]));
  const link = air.links.get(number);
  if (!link) return;
  const to = link[0] === from ? link[1] : link[0];
  const isStart = ((head >> 12) & 3) !== 1;
  const sent = Buffer.from(packet);
  sent.writeUInt16LE(number | (isStart ? 0x2000 : 0x1000), 1);
  const opcode = isStart ? sent[ATT_AT] : undefined;
  if (opcode === ATT.askMtu || opcode === ATT.tellMtu) {
    sent.writeUInt16LE(Math.min(air.mtu, sent.readUInt16LE(ATT_AT + 1)), ATT_AT + 1);
  }
  const isValue = opcode === ATT.write || opcode === ATT.notify;
  const isHit = isValue && air.mishap?.at === air.values;
  if (isValue) air.values += 1;
  const what = isHit ? air.mishap?.what : undefined;
  if (isHit) air.mishap = undefined;
  if (what === 'lose-link') return part(air, number);
  if (what === 'lose-value') return;
  if (what === 'repeat-value') to.receive(sent);
  to.receive(sent);
}

/** A controller behind a Unix socket that carries H4 packets, such as those of btvirt. */
function createSocketController(): EventEmitter {
  const emitter = new EventEmitter();
  let path: string | undefined;
  let socket: Socket | undefined;
  let isUp = false;
  let received = Buffer.alloc(0);
  const reset = (): void => void socket?.write(hex('01 030c 00'));
  const take = (packet: Buffer): void => {
    const isReset =
      packet.toString('hex').startsWith('040e04') && packet.readUInt16LE(4) === 0x0c03;
    if (isUp || !isReset) return void emitter.emit('data', packet);
    isUp = true;
    emitter.emit('state', true);
  };
  const bind = (_id: number, options: { unix: { path: string } }): number => {
    path = options.unix.path;
    return 0;
  };
  return Object.assign(emitter, {
    setFilter: () => undefined,
    bindControl: () => undefined,
    getDeviceList: async () => [],
    isDevUp: () => isUp,
    bindUser: bind,
    bindRaw: bind,
    reset,
    write: (packet: Buffer) => void socket?.write(packet),
    start: () => {
      if (path === undefined) return;
      socket = connect(path, reset);
      socket.on('error', (fault) => emitter.emit('error', fault));
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        for (let length = packetLength(received); length <= received.length;) {
          take(Buffer.from(received.subarray(0, length)));
          received = received.subarray(length);
          length = packetLength(received);
        }
      });
    },
    stop: () => {
      isUp = false;
      socket?.destroy();
    },
  });
}

/** Length of the H4 packet at the beginning; infinite where that cannot be told yet. */
function packetLength(bytes: Buffer): number {
  if (bytes[0] === EVENT && bytes.length >= 3) return 3 + (bytes[2] as number);
  if (bytes[0] === ACL && bytes.length >= 5) return 5 + bytes.readUInt16LE(3);
  return Number.POSITIVE_INFINITY;
}

type HciSocket = { loadDriver: (kind: string) => unknown };

/**
 * Adds the drivers `air` and `unix`. To be called before noble and bleno are loaded: they take the
 * drivers then.
 */
export function addDrivers(): void {
  const library = createRequire(import.meta.url)('@stoprocent/bluetooth-hci-socket') as HciSocket;
  const original = library.loadDriver;
  // Called with `new`, a function gives the object that it returns.
  const drivers: Readonly<Record<string, unknown>> = {
    air: function AirDriver() {
      return createController();
    },
    unix: function UnixDriver() {
      return createSocketController();
    },
  };
  library.loadDriver = (kind) => drivers[kind] ?? original(kind);
}

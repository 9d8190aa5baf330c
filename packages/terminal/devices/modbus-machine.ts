import { Fault } from '@coinbox/protocol';
import type { MeteredMachine } from './metered.ts';

/** A machine on Modbus/TCP that has to be closed. */
export interface ModbusMachine extends MeteredMachine {
  close(): Promise<void>;
}

export type ModbusOptions = {
  readonly host: string;
  readonly port: number;
  readonly unit: number;
  /** Where the energy register begins, and in which table. */
  readonly register: number;
  readonly table: 'input' | 'holding';
  /** 16-bit words of the register, most significant first. */
  readonly words: 2 | 4;
  /** Watt-hours in one count: 1 for Wh, 10 for 0.01 kWh, 1000 for kWh. */
  readonly wattHours: bigint;
  /** Coil of the contactor. */
  readonly coil: number;
  readonly answerWithinMs?: number;
};

const ANSWER_WITHIN_MS = 2_000;

/**
 * A contactor and an energy meter on Modbus/TCP: the terminal's own meter. A connection that is
 * lost is made again at the next call. The contactor should open by itself when its master is
 * silent (most have such a time in their settings): a terminal without power cannot open it. Calls
 * throw fault unreachable where nobody answers, and answer-invalid where the answer has another
 * length.
 */
export async function openModbusMachine(options: ModbusOptions): Promise<ModbusMachine> {
  const { default: ModbusClient } = await import('modbus-serial');
  const create = () => new (ModbusClient as unknown as new () => Client)();
  type Client = InstanceType<typeof ModbusClient.default>;
  let client: Client | undefined;
  const connected = async (): Promise<Client> => {
    if (client?.isOpen) return client;
    const fresh = create();
    fresh.setTimeout(options.answerWithinMs ?? ANSWER_WITHIN_MS);
    await fresh.connectTCP(options.host, { port: options.port });
    fresh.setID(options.unit);
    client = fresh;
    return fresh;
  };
  const ask = async <T>(question: (by: Client) => Promise<T>): Promise<T> => {
    try {
      return await question(await connected());
    } catch (cause) {
      client?.close(() => undefined);
      client = undefined;
      throw new Fault('unreachable', `the meter at ${options.host} does not answer`, cause);
    }
  };
  const { table, register, words, wattHours, coil } = options;
  return {
    async switchOn() {
      const { state } = await ask((by) => by.writeCoil(coil, true));
      return state;
    },
    switchOff: async () => void (await ask((by) => by.writeCoil(coil, false))),
    async read() {
      const shown = await ask((by) =>
        table === 'input'
          ? by.readInputRegisters(register, words)
          : by.readHoldingRegisters(register, words),
      );
      if (shown.data.length !== words) {
        throw new Fault('answer-invalid', `the meter has answered ${shown.data.length} words`);
      }
      const count = shown.data.reduce((sum, word) => (sum << 16n) | BigInt(word), 0n);
      return { energyWh: count * wattHours };
    },
    close: () =>
      new Promise((resolve) => {
        if (client?.isOpen) client.close(() => resolve());
        else resolve();
      }),
  };
}

import { Fault } from '@coinbox/protocol';
import { blockOf, lineOf } from './block.ts';
import type { MdbBus } from './bus.ts';

/** A bus behind a serial port. */
export interface SerialBus extends MdbBus {
  close(): Promise<void>;
}

export type SerialBusOptions = {
  /** For example /dev/ttyUSB0. */
  readonly path: string;
  readonly baudRate?: number;
  readonly onFault: (fault: unknown) => void;
};

/** Longer than any line: what has no end is thrown away. */
const MOST_LINE = 256;

/**
 * An MDB interface board on a serial port that speaks in lines of hexadecimal text: each block of
 * the machine's controller comes as a line, checksum included, and the answer goes back as one. The
 * board keeps the nine-bit timing. Faults: config-invalid where `serialport` is not installed,
 * unreachable where the port cannot be opened.
 */
export async function openSerialBus(options: SerialBusOptions): Promise<SerialBus> {
  const { path, baudRate = 9_600, onFault } = options;
  const { SerialPort } = await import('serialport').catch((cause: unknown) => {
    throw new Fault('config-invalid', 'the package serialport is not installed', cause);
  });
  const port = new SerialPort({ path, baudRate, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((cause) => {
      if (cause) reject(new Fault('unreachable', `the port ${path} cannot be opened`, cause));
      else resolve();
    });
  });
  port.on('error', onFault);
  let answer: Parameters<MdbBus['serve']>[0] = () => undefined;
  let text = '';
  const take = (line: string): void => {
    const block = blockOf(line);
    if (!block) return;
    try {
      const reply = answer(block);
      if (reply) port.write(`${lineOf(reply)}\r\n`);
    } catch (fault) {
      // Nothing was said to the machine: it asks again.
      onFault(fault);
    }
  };
  port.on('data', (bytes: Uint8Array) => {
    text += Buffer.from(bytes).toString('latin1');
    const lines = text.split(/[\r\n]+/);
    text = (lines.pop() ?? '').slice(-MOST_LINE);
    for (const line of lines) if (line !== '') take(line);
  });
  return {
    serve: (to) => void (answer = to),
    close: () => new Promise((resolve) => port.close(() => resolve())),
  };
}

import { RECEIPT, readOwn, toHex } from '@coinbox/protocol';
import type { Result } from '@coinbox/protocol';
import { digestOf } from './history.ts';
import type { Call, Shown, Told, Write } from './history.ts';
import type { Line, Question, Timed } from './line.ts';

/** Makes calls and notes them as they were seen. Throws at an answer that none may get. */
export type Caller = {
  /** Sends a signed message. `mayBe`: the one rejection that it may meet. */
  send(write: Wanted, message: Uint8Array, mayBe?: string): Promise<Told>;
  /** Asks in JSON for something to be done. */
  order<T>(write: Wanted, question: Question<T>, mayBe?: string): Promise<Told>;
  /** Sends once more what was answered before. */
  sendAgain(): Promise<void>;
  /** Reads. A read begins when it was asked for the last time. */
  look<T extends AsOf>(question: Question<T>, shownBy: (value: T) => Shown): Promise<T>;
};
type Wanted = Pick<Write, 'name' | 'id' | 'credit' | 'amount' | 'pinned'>;
type AsOf = { readonly as_of_index: number };

/** Messages that a client remembers, to send one again. */
const MOST_SENT = 32;

export function createCaller(
  line: Line,
  client: number,
  upTo: (most: number) => number,
  note: (call: Call) => void,
): Caller {
  const sent: { readonly id: string; readonly message: Uint8Array }[] = [];
  const spanOf = ({ began, ended }: Timed<unknown>) => ({ client, began, ended });
  const noteWrite = (write: Wanted, timed: Timed<unknown>, told: Told, mayBe?: string): Told => {
    if (told.word === 'rejected' && told.code !== mayBe) {
      throw new Error(`a ${write.name} was rejected: ${told.code}`);
    }
    note({ kind: 'write', ...spanOf(timed), ...write, told });
    return told;
  };
  return {
    async send(write, message, mayBe) {
      const timed = await line.ask(({ maker }) => maker.submit(message));
      const told = noteWrite(write, timed, toldByReceipt(timed.result), mayBe);
      if (told.word !== 'rejected') sent.push({ id: write.id, message });
      if (sent.length > MOST_SENT) sent.shift();
      return told;
    },
    async order(write, question, mayBe) {
      const timed = await line.ask(question);
      return noteWrite(write, timed, toldByJson(timed.result), mayBe);
    },
    async sendAgain() {
      const one = sent[upTo(sent.length)];
      if (!one) return;
      const timed = await line.ask(({ maker }) => maker.submit(one.message));
      const told = toldByReceipt(timed.result);
      note({ kind: 'again', ...spanOf(timed), id: one.id, told });
    },
    async look(question, shownBy) {
      const { result, asked, ended } = await line.ask(question);
      if (!result.ok) throw new Error(`a read was rejected: ${result.rejection.code}`);
      const { as_of_index: asOf } = result.value;
      note({ kind: 'read', client, began: asked, ended, asOf, shown: shownBy(result.value) });
      return result.value;
    },
  };
}

/** The signature of a receipt is the verifier's concern; here it is what it says. */
function toldByReceipt(result: Result<Uint8Array>): Told {
  if (!result.ok) return { word: 'rejected', code: result.rejection.code };
  const { index, entryHash, result: word } = readOwn(RECEIPT, result.value).body;
  if (word === 'parked') throw new Error('nothing is parked in a bank without freezes');
  return { word, index, entryHash: toHex(entryHash), receipt: digestOf(result.value) };
}

function toldByJson(result: Result<unknown>): Told {
  if (!result.ok) return { word: 'rejected', code: result.rejection.code };
  const { index } = result.value as { index?: number };
  return index === undefined ? { word: 'posted' } : { word: 'posted', index };
}

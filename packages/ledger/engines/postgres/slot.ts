import type { Session } from './connection.ts';

/** A place for one session, which is opened when it is asked for and lost when it breaks. */
export type Slot = { take(): Promise<Session>; close(): Promise<void> };

/** `open` is asked whenever there is no usable session; its fault is that of `take`. */
export function createSlot(open: () => Promise<Session>): Slot {
  let opening: Promise<Session> | undefined;
  let current: Session | undefined;
  return {
    async take() {
      if (current?.isUsable) return current;
      opening ??= open().finally(() => (opening = undefined));
      current = await opening;
      return current;
    },
    async close() {
      await opening?.catch(() => undefined);
      await current?.close();
    },
  };
}

import type { Clock, Instant } from '@coinbox/protocol';

/**
 * Virtual time, and everything that is to happen in it. Nothing happens but by an event of the
 * schedule; between two events every promise settles that waits for none.
 */
export interface Schedule {
  /** Milliseconds since the start. */
  readonly elapsedMs: number;
  /** Events so far. */
  readonly events: number;
  readonly clock: Clock;
  /** What happened, a line an event. */
  readonly trace: readonly string[];
  /** Something worth a line that is no event of its own. */
  note(line: string): void;
  /** Calls `work` once after so many milliseconds; gives the way to call it off. */
  after(milliseconds: number, label: string, work: () => void): () => void;
  /** Lets happen what is due by then, one after the other, until `enough` says so. */
  runUntil(elapsedMs: number, enough: () => boolean): Promise<void>;
}

type Planned = {
  readonly at: number;
  readonly order: number;
  readonly label: string;
  work: (() => void) | undefined;
};

/** A run that has more events than this does not end. */
const MOST_EVENTS = 100_000;

export function createSchedule(start: Instant): Schedule {
  const heap = createHeap();
  const trace: string[] = [];
  let elapsed = 0;
  let order = 0;
  let events = 0;
  return {
    get elapsedMs() {
      return elapsed;
    },
    get events() {
      return events;
    },
    clock: { now: () => (start + elapsed) as Instant },
    trace,
    note: (line) => void trace.push(`${elapsed} . ${line}`),
    after(milliseconds, label, work) {
      const planned: Planned = { at: elapsed + Math.max(0, milliseconds), order, label, work };
      order += 1;
      heap.push(planned);
      return () => void (planned.work = undefined);
    },
    async runUntil(end, enough) {
      for (let next = heap.peek(); next && next.at <= end; next = heap.peek()) {
        heap.pop();
        if (!next.work) continue;
        if (++events > MOST_EVENTS) throw new Error(`bug: more than ${MOST_EVENTS} events`);
        elapsed = next.at;
        trace.push(`${elapsed} ${next.label}`);
        next.work();
        await settled();
        if (enough()) return;
      }
      elapsed = Math.max(elapsed, end);
    },
  };
}

/** Resolves when no promise is left that can go on by itself. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isBefore = (a: Planned, b: Planned): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap: what is due first is on top. */
function createHeap() {
  const heap: Planned[] = [];
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b] as Planned, heap[a] as Planned];
  };
  const isLess = (a: number, b: number): boolean =>
    isBefore(heap[a] as Planned, heap[b] as Planned);
  return {
    peek: (): Planned | undefined => heap[0],
    push(planned: Planned): void {
      heap.push(planned);
      for (let at = heap.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (!isLess(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop(): void {
      const last = heap.pop();
      if (!last || heap.length === 0) return;
      heap[0] = last;
      for (let at = 0; ;) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        let least = at;
        if (left < heap.length && isLess(left, least)) least = left;
        if (right < heap.length && isLess(right, least)) least = right;
        if (least === at) return;
        swap(at, least);
        at = least;
      }
    },
  };
}

/** Waiting, as the shell does it. The simulator brings a twin that runs on virtual time. */
export interface Timers {
  /** Calls `work` once after so many milliseconds; gives the way to call it off. */
  after(milliseconds: number, work: () => void): () => void;
}

/** The machine's timers. They do not keep a process alive. */
export const machineTimers: Timers = {
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

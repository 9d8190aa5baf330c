/** The bus of a vending machine, seen from the reader: blocks come in, one answer goes back. */
export interface MdbBus {
  /** `answer` gives nothing for a block that asks for nothing. Called once, before all else. */
  serve(answer: (block: Uint8Array) => Uint8Array | undefined): void;
}

import type { Fault, WalletId } from '@coinbox/protocol';

/** A signed message that waits for the acknowledgement of its receiver. */
export type LinkMessage = {
  readonly peer: WalletId;
  /** SHA-256 of the payload of the message: what the receiver acknowledges it by. */
  readonly hash: Uint8Array;
  /** The whole COSE_Sign1 message. */
  readonly bytes: Uint8Array;
};

/**
 * The party's own outbox, durable, written in the same commit as the state that the messages tell
 * of. A link only pumps it: what is not in it is not sent, what is in it is sent until it is
 * acknowledged.
 */
export interface Outbox {
  /** What is not acknowledged, oldest first; of one peer where one is named. */
  pending(peer?: WalletId): Iterable<LinkMessage>;
  /** The receiver has it. May be called again, and for messages that are no longer there. */
  acknowledged(peer: WalletId, hash: Uint8Array): void;
}

/** What a party does with what comes. */
export interface LinkHandler {
  /**
   * `from` is what the topic says; only the signature proves it. `durable`: the message is stored
   * here, or refused for good, and is acknowledged. `later`: it is not acknowledged and comes
   * again: an earlier one is missing, or it cannot be authenticated. A throw counts as `later`.
   */
  receive(
    from: WalletId,
    message: Uint8Array,
    certificates: readonly Uint8Array[],
  ): 'durable' | 'later';
}

/** The terminal publishes `up`, the provider `down`. */
export type LinkSide = 'terminal' | 'provider';

/** What a link is made of, whatever carries it. */
export type LinkOptions = {
  readonly side: LinkSide;
  /** Holding wallet of the terminal, or wallet of the provider. */
  readonly own: WalletId;
  /** Terminal: its providers. Provider: any terminal. */
  readonly peers: readonly WalletId[] | 'any';
  /**
   * At most 3: what a receiver needs to check our messages, authority first. They go with every
   * message.
   */
  readonly certificates: readonly Uint8Array[];
  readonly outbox: Outbox;
  readonly handler: LinkHandler;
  /**
   * What is not acknowledged is sent again after this, then after twice this, up to 16 times this.
   * Default 2,000 ms.
   */
  readonly retryMs?: number;
  /** Where faults of the world go: connections that fail, a handler or an outbox that throws. */
  readonly onFault?: (fault: Fault) => void;
};

/**
 * At-least-once delivery between one party and its peers. A receiver sees repeats, and gaps, and
 * takes them.
 */
export interface Link {
  /** New things are in the outbox (of `peer`). */
  wake(peer?: WalletId): void;
  readonly connected: boolean;
  /**
   * Envelopes that were dropped because they were not one of ours: malformed, or from nobody we
   * deal with.
   */
  readonly dropped: number;
  /** Sends nothing and takes nothing afterwards. The outbox keeps what is not acknowledged. */
  close(): Promise<void>;
}

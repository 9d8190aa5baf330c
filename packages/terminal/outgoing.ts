// pure
import {
  ACCEPT,
  METER,
  PAY,
  RECEIPT,
  REFUND,
  REFUSAL,
  SETTLE,
  VOID,
  readOwn,
  typOf,
} from '@coinbox/protocol';
import type { MessageType } from '@coinbox/protocol';
import type { TerminalEvent } from './events.ts';

/** Who a message goes to. Uploads go to the issuer one after the other, by number. */
export type Target = 'issuer' | 'upload' | 'provider';

/** A message that has to be sent until it is answered. */
export type Outgoing = {
  readonly target: Target;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
  /** Number of an upload; 0 elsewhere, and for a PAY that was taken offline and its ACCEPT. */
  readonly upload: number;
};

type Rule = readonly [type: MessageType<unknown>, targets: readonly Target[]];

/**
 * Which messages of which event go out. A message is in the outbox from the commit that made it.
 */
const rules: Readonly<Partial<Record<TerminalEvent['kind'], readonly Rule[]>>> = {
  presented: [[PAY, ['issuer']]],
  taken: [
    [PAY, ['upload']],
    [ACCEPT, ['upload']],
  ],
  voided: [[VOID, ['issuer']]],
  metered: [[METER, ['provider']]],
  billed: [
    [SETTLE, ['upload']],
    [REFUND, ['upload']],
  ],
  refused: [[REFUSAL, ['provider', 'issuer']]],
  returned: [[REFUND, ['upload']]],
};

/** The messages that an event puts into the outbox, in order. */
export function outgoingOf(event: TerminalEvent): Outgoing[] {
  if (event.kind === 'receipted') return forwardedReceipt(event);
  const outgoing: Outgoing[] = [];
  for (const [type, targets] of rules[event.kind] ?? []) {
    const bytes = event.messages.find((message) => isOfType(message, type));
    if (!bytes) continue;
    const { body, hash } = readOwn(type, bytes);
    const { upload = 0 } = body as { upload?: number };
    for (const target of targets) {
      outgoing.push({ target, hash, bytes, upload: target === 'upload' ? upload : 0 });
    }
  }
  return outgoing;
}

/** The receipt of a settlement names the provider's bill and goes on to it; no other does. */
function forwardedReceipt(event: TerminalEvent): Outgoing[] {
  const [bytes] = event.messages;
  if (!bytes) return [];
  const { body, hash } = readOwn(RECEIPT, bytes);
  return body.subjectTyp === SETTLE.typ ? [{ target: 'provider', hash, bytes, upload: 0 }] : [];
}

function isOfType(message: Uint8Array, type: MessageType<unknown>): boolean {
  const typ = typOf(message);
  return typ.ok && typ.value === type.typ;
}

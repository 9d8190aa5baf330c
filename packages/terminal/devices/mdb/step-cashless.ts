// pure
import { ACK, NAK, RET, openBlock, withChecksum } from './block.ts';

/**
 * Where a cashless device stands (MDB/ICP 4.x §7.2). inactive: after power-up or RESET, until
 * SETUP; disabled: until READER ENABLE; enabled: until a session; idle: a session is open; vend:
 * the machine has asked for an article.
 */
export type CashlessStage = 'inactive' | 'disabled' | 'enabled' | 'idle' | 'vend';

export type CashlessState = {
  readonly stage: CashlessStage;
  /** Of machine and reader the lower one; 1 until SETUP. */
  readonly level: number;
  /** READER ENABLE without READER DISABLE: a session under way is not affected by it. */
  readonly enabled: boolean;
  /** Answers that wait for a POLL, oldest first. */
  readonly waiting: readonly (readonly number[])[];
  /** The answer before, for a machine that has not understood it. */
  readonly last: Uint8Array;
  /** Bus units; set while the BEGIN SESSION waits, and in the session. */
  readonly funds?: number;
  /** The article asked for, and whether it was let out. */
  readonly vend?: { readonly price: number; readonly item: number; readonly approved: boolean };
};

/** What the reader is, for SETUP and REQUEST ID. */
export type CashlessModel = {
  /** Minor units of money in one unit of the bus. */
  readonly scale: number;
  readonly decimals: number;
  /** Packed BCD as on the bus: 0x1156 is CNY (1, then ISO 4217 number 156). */
  readonly country: number;
};

export type CashlessInput =
  | { readonly kind: 'block'; readonly block: Uint8Array }
  /** Money is there: open a session at the next POLL. */
  | { readonly kind: 'begin'; readonly funds: number }
  | { readonly kind: 'approve' | 'deny' | 'cancel' };

/** What the reader's owner has to know. Each is to be durable before the answer goes out. */
export type CashlessEvent =
  | { readonly kind: 'begun' | 'reset' | 'vend-failed' | 'vend-cancelled' | 'completed' }
  | { readonly kind: 'vend-requested' | 'vended'; readonly price: number; readonly item: number };

export type CashlessStep = {
  readonly state: CashlessState;
  /** For a block: what goes back on the bus. */
  readonly answer?: Uint8Array;
  readonly event?: CashlessEvent;
};

export const FIRST_CASHLESS_STATE: CashlessState = {
  stage: 'inactive',
  level: 1,
  enabled: false,
  waiting: [],
  last: ACK,
};

/** The most that BEGIN SESSION can say; 0xFFFF would mean that it is not known. */
export const MOST_FUNDS = 0xfffe;

const REPLY = {
  justReset: 0x00,
  config: 0x01,
  beginSession: 0x03,
  cancelRequest: 0x04,
  approved: 0x05,
  denied: 0x06,
  endSession: 0x07,
  cancelled: 0x08,
  identity: 0x09,
  outOfSequence: 0x0b,
  revalueDenied: 0x0e,
  revalueLimit: 0x0f,
} as const;

/**
 * One step of a cashless device of level 1 to 3 with 16-bit money. A block that is no block is
 * answered NAK, one that does not fit the stage COMMAND OUT OF SEQUENCE; neither changes anything.
 */
export function stepCashless(
  state: CashlessState,
  input: CashlessInput,
  model: CashlessModel,
): CashlessStep {
  if (input.kind !== 'block') return { state: stepOwner(state, input) };
  if (input.block.length === 1) {
    // The machine's own ACK and NAK ask for nothing; RET asks for the answer before.
    return input.block[0] === RET ? { state, answer: state.last } : { state };
  }
  const body = openBlock(input.block);
  if (!body) return { state, answer: NAK };
  const step = stepCommand(state, body, model);
  const answer = step.answer ?? ACK;
  return { ...step, answer, state: { ...step.state, last: answer } };
}

/** What the owner says. What does not fit the stage is passed over. */
function stepOwner(
  state: CashlessState,
  input: Exclude<CashlessInput, { kind: 'block' }>,
): CashlessState {
  const { stage, vend, funds } = state;
  const later = (...bytes: number[]) => ({ waiting: [...state.waiting, bytes] });
  if (input.kind === 'begin') {
    const fits = stage === 'enabled' && funds === undefined;
    return fits ? { ...state, funds: Math.min(input.funds, MOST_FUNDS) } : state;
  }
  if (input.kind === 'cancel') {
    if (stage === 'idle') return { ...state, ...later(REPLY.cancelRequest) };
    if (stage !== 'enabled') return state;
    const { funds: _funds, ...rest } = state;
    return rest;
  }
  if (stage !== 'vend' || !vend || vend.approved) return state;
  if (input.kind === 'deny') return { ...closeVend(state), ...later(REPLY.denied) };
  return {
    ...state,
    vend: { ...vend, approved: true },
    ...later(REPLY.approved, vend.price >> 8, vend.price & 0xff),
  };
}

function closeVend({ vend: _vend, ...state }: CashlessState): CashlessState {
  return { ...state, stage: 'idle' };
}

function stepCommand(state: CashlessState, body: Uint8Array, model: CashlessModel): CashlessStep {
  const [command = 0, sub = -1] = body;
  if (command === 0x10) return reset(state);
  if (command === 0x12) return poll(state);
  if (command === 0x11) return setup(state, body, model);
  if (command === 0x17 && sub === 0x00) return { state, answer: withChecksum(identity(state)) };
  if (command === 0x17) return { state };
  if (command === 0x14) return reader(state, sub);
  if (command === 0x13) return vend(state, sub, body);
  // Nobody can put money on this reader.
  if (command === 0x15 && sub === 0x00) {
    return { state, answer: withChecksum([REPLY.revalueDenied]) };
  }
  if (command === 0x15 && sub === 0x01) {
    return { state, answer: withChecksum([REPLY.revalueLimit, 0, 0]) };
  }
  return outOfSequence(state);
}

const STAGE_NUMBER = { inactive: 1, disabled: 2, enabled: 3, idle: 4, vend: 5 } as const;

/** From level 2 on the answer also says where the reader stands. */
const outOfSequence = (state: CashlessState): CashlessStep => ({
  state,
  answer: withChecksum([
    REPLY.outOfSequence,
    ...(state.level > 1 ? [STAGE_NUMBER[state.stage]] : []),
  ]),
});

/** What was under way is over: what the machine has not confirmed was not delivered. */
function reset(state: CashlessState): CashlessStep {
  const next = { ...FIRST_CASHLESS_STATE, waiting: [[REPLY.justReset]] };
  const hadSession = state.funds !== undefined;
  return { state: next, ...(hadSession && { event: { kind: 'reset' as const } }) };
}

/** From level 2 on: no media id, a normal vend, no group of users. */
const UNKNOWN_MEDIA = [0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00];

function poll(state: CashlessState): CashlessStep {
  const [next, ...waiting] = state.waiting;
  if (next) return { state: { ...state, waiting }, answer: withChecksum(next) };
  const { stage, funds, enabled, level } = state;
  if (stage !== 'enabled' || funds === undefined || !enabled) return { state };
  const media = level > 1 ? UNKNOWN_MEDIA : [];
  const answer = withChecksum([REPLY.beginSession, funds >> 8, funds & 0xff, ...media]);
  return { state: { ...state, stage: 'idle' }, answer, event: { kind: 'begun' } };
}

function setup(state: CashlessState, body: Uint8Array, model: CashlessModel): CashlessStep {
  const [, sub, machineLevel = 1] = body;
  if (sub === 0x01 && state.stage !== 'inactive') return { state };
  if (sub !== 0x00 || state.stage !== 'inactive') return outOfSequence(state);
  const level = Math.min(Math.max(machineLevel, 1), 3);
  const { country, scale, decimals } = model;
  const maxSecondsToAnswer = 5;
  // Bit 0: may give money back; bit 1: several vends in a session; bit 3: tells of cash sales.
  const options = 0x02;
  const answer = [REPLY.config, level, country >> 8, country & 0xff, scale, decimals];
  return {
    state: { ...state, stage: 'disabled', level },
    answer: withChecksum([...answer, maxSecondsToAnswer, options]),
  };
}

/** Maker, serial number, model and version in text, as REQUEST ID wants them (§7.4.19). */
const identity = ({ level }: CashlessState): number[] => [
  REPLY.identity,
  ...Array.from(`CBX${'1'.padStart(12, '0')}${'COINBOX'.padEnd(12)}`, (c) => c.charCodeAt(0)),
  0x01,
  0x00,
  // Level 3 lists its options: none.
  ...(level > 2 ? [0, 0, 0, 0] : []),
];

function reader(state: CashlessState, sub: number): CashlessStep {
  const { stage } = state;
  if (stage === 'inactive') return outOfSequence(state);
  if (sub === 0x01) {
    const next: CashlessStage = stage === 'disabled' ? 'enabled' : stage;
    return { state: { ...state, enabled: true, stage: next } };
  }
  if (sub === 0x00) {
    if (stage !== 'enabled') return { state: { ...state, enabled: false } };
    const { funds, ...rest } = state;
    const closed: CashlessState = { ...rest, enabled: false, stage: 'disabled' };
    return { state: closed, ...(funds !== undefined && { event: { kind: 'reset' as const } }) };
  }
  if (sub === 0x02) return { state, answer: withChecksum([REPLY.cancelled]) };
  return outOfSequence(state);
}

function vend(state: CashlessState, sub: number, body: Uint8Array): CashlessStep {
  const { stage } = state;
  const [, , high = 0, low = 0, itemHigh = 0xff, itemLow = 0xff] = body;
  if (sub === 0x00 && stage === 'idle' && body.length >= 4) {
    const asked = { price: high * 256 + low, item: itemHigh * 256 + itemLow };
    return {
      state: { ...state, stage: 'vend', vend: { ...asked, approved: false } },
      event: { kind: 'vend-requested', ...asked },
    };
  }
  if (sub === 0x01 && stage === 'vend') {
    return {
      state: closeVend({ ...state, waiting: [] }),
      answer: withChecksum([REPLY.denied]),
      event: { kind: 'vend-cancelled' },
    };
  }
  if (sub === 0x02 && state.vend?.approved) {
    const { price, item } = state.vend;
    return { state: closeVend(state), event: { kind: 'vended', price, item } };
  }
  if (sub === 0x03 && state.vend?.approved) {
    return { state: closeVend(state), event: { kind: 'vend-failed' } };
  }
  if (sub === 0x04 && stage === 'idle') return complete(state);
  // Sold for cash: none of our money.
  if (sub === 0x05) return { state };
  return outOfSequence(state);
}

function complete({ funds: _funds, ...state }: CashlessState): CashlessStep {
  return {
    state: { ...state, waiting: [], stage: state.enabled ? 'enabled' : 'disabled' },
    answer: withChecksum([REPLY.endSession]),
    event: { kind: 'completed' },
  };
}

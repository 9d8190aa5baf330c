import {
  EPOCH,
  EPOCH_MS,
  MOST_STATUS_BYTES,
  PARAMETERS,
  STATUS_LIST,
  accept,
  assert,
  concatBytes,
  encodeCbor,
  later,
  reject,
  sha256,
  signMessage,
} from '@coinbox/protocol';
import type {
  BeaconJson,
  MessageType,
  Parameters,
  Result,
  Signed,
  StatusList,
} from '@coinbox/protocol';
import { PARAMETERS_SERIES, parametersGroup } from '../accounts.ts';
import { CODES } from '../codes.ts';
import type { Call, Context } from '../context.ts';
import { encodeMemo } from '../memo.ts';
import { noQuery } from '../page.ts';
import { amount, needed, object, toBase64url, whole } from '../read.ts';
import { carryOut } from './act.ts';
import { sameAgain, toPost } from './ruling.ts';

/**
 * What a terminal needs to take payments offline: the EPOCH, all STATUS lists, and the newest
 * PARAMETERS. Signed anew for each who asks. Rejects parameter-unknown.
 */
export async function getBeacon(context: Context, call: Call): Promise<Result<BeaconJson>> {
  const query = noQuery(call.query);
  return query.ok ? accept(await beacon(context)) : query;
}

async function beacon(context: Context): Promise<BeaconJson> {
  const { ledger, registry, clock } = context;
  const at = clock.now();
  const { index, hash } = await ledger.head();
  const epoch = Math.floor(at / EPOCH_MS);
  const lists = statusLists(registry.stopped(), registry.nextStatus).map((list) =>
    signOwn(context, STATUS_LIST, { ...list, epoch }),
  );
  const statusHash = sha256(concatBytes(...lists.map((list) => list.hash)));
  const signed = signOwn(context, EPOCH, { epoch, at, statusHash, index, entryHash: hash });
  const parameters = registry.newestParameters;
  return {
    epoch: toBase64url(signed.bytes),
    ...(parameters && { parameters: toBase64url(parameters.bytes) }),
    status: lists.map(({ bytes }) => toBase64url(bytes)),
    as_of_index: index,
  };
}

/** The authority's own messages: its key is one that every party knows. */
function signOwn<T>(
  { authority, certificates, network }: Context,
  type: MessageType<T>,
  body: T,
): Signed<T> {
  const [certificate] = certificates;
  assert(certificate, 'the certificate of the authority is the first');
  return signMessage(type, body, authority, certificate, network);
}

/** Bits of wallets 0 to `count` − 1, 1 for those that are stopped; at least one list. */
export function statusLists(
  stopped: readonly number[],
  count: number,
): readonly Omit<StatusList, 'epoch'>[] {
  const bits = new Uint8Array(Math.max(1, Math.ceil(count / 8)));
  for (const number of stopped) bits[number >> 3] = (bits[number >> 3] ?? 0) | (1 << (number & 7));
  return Array.from({ length: Math.ceil(bits.length / MOST_STATUS_BYTES) }, (_, at) => ({
    first: at * MOST_STATUS_BYTES * 8,
    bits: bits.slice(at * MOST_STATUS_BYTES, (at + 1) * MOST_STATUS_BYTES),
  }));
}

const readParameters = object({
  number: needed(whole),
  valid_ms: needed(whole),
  per_payment: needed(amount),
  count: needed(whole),
  exposure: needed(amount),
  silence_ms: needed(whole),
  cover: needed(amount),
  cool_off_ms: needed(whole),
  claim_ms: needed(whole),
});

/** Parameters hold for a year at most. */
const MOST_MS = 366 * 86_400_000;
const LOCK = 'parameters';

/**
 * Signs and records new PARAMETERS, with the number after the newest. Rejects: malformed-…,
 * amount-…, parameter-invalid, id-reused, counter-gap.
 */
export async function setParameters(context: Context, call: Call): Promise<Result<BeaconJson>> {
  const read = readParameters(call.body);
  if (!read.ok) return read;
  const { number, valid_ms, count, silence_ms, cool_off_ms, claim_ms } = read.value;
  const times = [valid_ms, silence_ms, cool_off_ms, claim_ms];
  const isGood = number > 0 && count > 0 && times.every((ms) => ms > 0 && ms <= MOST_MS);
  if (!isGood) return reject('parameter-invalid', 'numbers from 1, times up to a year');
  return context.locks.run([LOCK], async () => {
    const set = await carryOut(context, await decide(context, read.value, call.person));
    return set.ok ? accept(await beacon(context)) : set;
  });
}

type Wanted = Extract<ReturnType<typeof readParameters>, { ok: true }>['value'];

async function decide(context: Context, wanted: Wanted, person: string) {
  const { ledger, registry, clock, asset } = context;
  const { number } = wanted;
  const terms = [wanted.valid_ms, wanted.per_payment, wanted.count, wanted.exposure];
  const rest = [wanted.silence_ms, wanted.cover, wanted.cool_off_ms, wanted.claim_ms];
  const fingerprint = sha256(encodeCbor([CODES.parameters, number, ...terms, ...rest]));
  const known = await ledger.entryOf(parametersGroup(number));
  if (known) return sameAgain(known, fingerprint);
  const next = (registry.newestParameters?.body.number ?? 0) + 1;
  if (number !== next) return reject('counter-gap', `the next number is ${next}`);
  const at = clock.now();
  const body: Parameters = {
    number,
    at,
    validUntil: later(at, wanted.valid_ms),
    asset,
    perPayment: wanted.per_payment,
    count: wanted.count,
    exposure: wanted.exposure,
    silenceMs: wanted.silence_ms,
    cover: wanted.cover,
    coolOffMs: wanted.cool_off_ms,
    claimMs: wanted.claim_ms,
  };
  return toPost({
    id: parametersGroup(number),
    code: CODES.parameters,
    fingerprint,
    steps: [],
    sequence: { series: PARAMETERS_SERIES, number },
    memo: encodeMemo({ person, request: signOwn(context, PARAMETERS, body).bytes }),
  });
}

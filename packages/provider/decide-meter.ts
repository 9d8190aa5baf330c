// pure
import { accept, equalBytes, reject } from '@coinbox/protocol';
import type { Bill, Meter, Reading, Rejected, Rejection, Result, Signed } from '@coinbox/protocol';
import { priceReadings } from '@coinbox/tariff';
import type { Tariff } from '@coinbox/tariff';
import { billFor } from './bill-for.ts';
import type { BillTerms } from './bill-for.ts';
import type { SessionState } from './state.ts';

/** What the provider knows of its own when a METER comes in. */
export type MeterFacts = {
  /** Hash of the METER with a number that this session has had. */
  hashOf(number: number): Uint8Array | undefined;
  /** A tariff of this provider, by the hash of its canonical text. */
  tariffOf(hash: Uint8Array): Tariff | undefined;
  /** What the bill would be made with, were this the final METER. */
  readonly terms: BillTerms;
  /** Bills come from a system of the provider's own, later. */
  readonly ownBilling?: boolean;
};

/**
 * `repeat`: nothing to do, it is here. `later`: an earlier one is missing. `refused`: it is not
 * taken, and never will be. `recorded`: it continues the session; with a bill where it was final.
 */
export type MeterOutcome =
  | { readonly kind: 'repeat' | 'later' }
  | { readonly kind: 'refused'; readonly rejection: Rejection }
  | { readonly kind: 'recorded'; readonly state: SessionState; readonly bill?: Bill };

/**
 * One METER, whose signature has been checked. Refusals, in this order: key-wrong-role,
 * session-unknown (of another terminal), counter-conflict, session-closed (it was final before),
 * meter-invalid. A final METER that no bill can be made from is recorded with the problem
 * tariff-invalid or meter-invalid; bill-pending where the bill comes later.
 */
export function onMeter(
  state: SessionState | undefined,
  meter: Signed<Meter>,
  facts: MeterFacts,
): MeterOutcome {
  const { body, hash, signer } = meter;
  if (signer.body.wallet !== body.terminal) return refused(reject('key-wrong-role'));
  if (state && state.terminal !== body.terminal) return refused(reject('session-unknown'));
  const last = state?.number ?? 0;
  if (body.number <= last) {
    const known = facts.hashOf(body.number);
    return known && equalBytes(known, hash)
      ? { kind: 'repeat' }
      : refused(reject('counter-conflict', `METER ${body.number} was another one`));
  }
  if (state?.final) return refused(reject('session-closed'));
  if (body.number > last + 1) return { kind: 'later' };
  const continues = checkChain(state, body);
  if (!continues.ok) return refused(continues);
  const readings = [...(state?.readings ?? []), ...body.readings];
  const next: SessionState = {
    session: body.session,
    terminal: body.terminal,
    number: body.number,
    lastMeter: hash,
    tariffHash: body.tariffHash,
    readings,
    final: body.final,
  };
  return body.final ? recordedFinal(next, facts) : { kind: 'recorded', state: next };
}

/**
 * The bill for a session whose final METER is here. Rejects: tariff-invalid (not a tariff of this
 * provider), meter-invalid (the tariff cannot price these readings).
 */
export function billSession(
  state: SessionState,
  { tariffOf, terms }: Pick<MeterFacts, 'tariffOf' | 'terms'>,
): Result<Bill> {
  const tariff = tariffOf(state.tariffHash);
  if (!tariff) return reject('tariff-invalid', 'not a tariff of this provider');
  const price = priceReadings(tariff, state.readings, { explain: false });
  if (!price.ok) return reject('meter-invalid', price.rejection.code);
  return accept(billFor(state, price.value, terms));
}

function recordedFinal(state: SessionState, facts: MeterFacts): MeterOutcome {
  if (facts.ownBilling) return { kind: 'recorded', state: { ...state, problem: 'bill-pending' } };
  const bill = billSession(state, facts);
  if (!bill.ok) return { kind: 'recorded', state: { ...state, problem: bill.rejection.code } };
  return { kind: 'recorded', state: { ...state, bill: bill.value.bill }, bill: bill.value };
}

const refused = ({ rejection }: Rejected): MeterOutcome => ({ kind: 'refused', rejection });

/** Does the METER follow the one before? Rejects meter-invalid. */
function checkChain(state: SessionState | undefined, body: Meter): Result<void> {
  const { previous } = body;
  if (!state && previous) return reject('meter-invalid', 'the first METER follows none');
  if (state && !(previous && equalBytes(previous, state.lastMeter))) {
    return reject('meter-invalid', 'it does not follow the METER before it');
  }
  if (state && !equalBytes(state.tariffHash, body.tariffHash)) {
    return reject('meter-invalid', 'another tariff in mid-session');
  }
  return checkRegisters([...(state?.readings ?? []), ...body.readings]);
}

const REGISTERS = ['energyWh', 'volumeMl', 'massG', 'cycles'] as const;

/** Time does not go back, and no register falls. Rejects meter-invalid. */
function checkRegisters(readings: readonly Reading[]): Result<void> {
  const highest = new Map<string, bigint>();
  let at = 0;
  for (const reading of readings) {
    if (reading.at < at) return reject('meter-invalid', 'the time goes back');
    at = reading.at;
    for (const [register, value] of registersOf(reading)) {
      if (value < (highest.get(register) ?? 0n))
        return reject('meter-invalid', `${register} falls`);
      highest.set(register, value);
    }
  }
  return accept(undefined);
}

function* registersOf(reading: Reading): Iterable<readonly [string, bigint]> {
  for (const name of REGISTERS) {
    const value = reading[name];
    if (value !== undefined) yield [name, value];
  }
  for (const { sku, count } of reading.items ?? []) yield [`item ${sku}`, BigInt(count)];
}

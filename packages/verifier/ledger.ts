// pure
import type { CheckName } from './checks.ts';
import { fromCbor, must, unhex } from './encoding.ts';
import type { Value } from './encoding.ts';
import { ENTRY, MEMO, PARTS, read, textOf } from './shapes.ts';

/** The account that may be overdrawn; beside it those of what the issuer bears for terminals. */
export const ISSUANCE = 'issuance';
/** Largest amount and largest balance, minor units. */
const MOST = 2n ** 63n - 1n;

/** The kinds of the fields of each step of page 20, by its number. */
const STEPS = ['', 'ttn', 't', 't', 'ttn', 'ttn', 'ttn', 'tn'];

/** A step in words: `4 payer/… holding/… 500`. */
function stepText([number, ...fields]: Value[]): string {
  const kinds = STEPS[Number(number)] ?? '';
  must(kinds !== '' && fields.length === kinds.length, 'a step that there is not');
  const text = [number, ...fields.map((field, at) => textOf(kinds.charAt(at), field))].join(' ');
  must(text.split(' ').length === fields.length + 1, 'a name with a space');
  return text;
}

/** An entry of page 20 with its memo of page 11: steps in words, hashes in hexadecimal. Throws. */
export function readEntry(bytes: Uint8Array) {
  const entry = read(ENTRY, fromCbor(bytes));
  const { facts, request } = read(PARTS, fromCbor(unhex(entry.memo)));
  const listOf = (list: string): Value[] => fromCbor(unhex(list)) as Value[];
  const place = listOf(entry.series);
  must(place.length === 0 || place.length === 2, 'a series has a name and a number');
  return {
    ...entry,
    index: Number(entry.index),
    at: Number(entry.at),
    steps: listOf(entry.steps).map((step) => stepText(step as Value[])),
    claims: listOf(entry.claims).map((claim) => textOf('t', claim)),
    series: place.map((part, at) => textOf('tn'.charAt(at), part)).join(' '),
    facts: read(MEMO, fromCbor(unhex(facts))),
    request: unhex(request),
  };
}
export type Entry = ReturnType<typeof readEntry>;

/** What follows from the entries so far; minor units. */
export const createBooks = () => ({
  accounts: new Map<string, { balance: bigint; held: bigint; frozen: boolean }>(),
  holds: new Map<string, { on: string; remaining: bigint }>(),
  /** Who has taken each claim. */
  claims: new Map<string, string>(),
});
type Books = ReturnType<typeof createBooks>;

/** Changes copies; `keep` puts them into the map. */
function draftOf<T extends object>(base: Map<string, T>) {
  const changed = new Map<string, T>();
  const get = (id: string): T | undefined => {
    const found = base.get(id);
    if (found && !changed.has(id)) changed.set(id, { ...found });
    return changed.get(id);
  };
  const keep = (): void => changed.forEach((value, id) => base.set(id, value));
  return { get, set: (id: string, value: T) => changed.set(id, value), keep };
}

/** Applies all steps, or none: answers with the check that one of them fails (page 20). */
export function applySteps(books: Books, steps: readonly string[]): CheckName | undefined {
  const [accounts, holds] = [draftOf(books.accounts), draftOf(books.holds)];
  for (const text of steps) {
    const [kind = '', first = '', second = '', last = second] = text.split(' ');
    const own = accounts.get(first);
    if (kind === '1' && !own) accounts.set(first, { balance: 0n, held: 0n, frozen: false });
    if (kind < '4' && kind > '1' && !own) return 'account';
    if (own && kind < '4' && kind > '1') own.frozen = kind === '2';
    if (kind < '4') continue;
    const [moves, isNew, amount] = [kind === '4' || kind === '6', kind === '5', BigInt(last)];
    const hold = kind > '5' ? holds.get(first) : undefined;
    const debit = kind === '4' ? own : accounts.get(hold?.on ?? (isNew ? second : ''));
    const credit = moves ? accounts.get(second) : undefined;
    if (!debit || (moves && !credit) || debit === credit) return 'account';
    if (isNew && holds.get(first)) return 'account';
    if (amount < 1n || amount > MOST) return 'amount';
    if (debit.frozen) return 'frozen';
    if (hold && hold.remaining < amount) return 'hold';
    const mayOwe = first === ISSUANCE || first?.startsWith('loss/');
    const isBare = debit.balance - debit.held < amount && !mayOwe;
    if (!hold && isBare) return 'balance';
    debit.held += isNew ? amount : hold ? -amount : 0n;
    if (credit) [debit.balance, credit.balance] = [debit.balance - amount, credit.balance + amount];
    if (hold) hold.remaining -= amount;
    if (isNew) holds.set(first, { on: second, remaining: amount });
    const sums = [-debit.balance, debit.held, credit?.balance ?? 0n];
    if (sums.some((sum) => sum > MOST)) return 'overflow';
  }
  accounts.keep();
  holds.keep();
  return undefined;
}

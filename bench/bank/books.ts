import type { LogEntry, LogStep, Totals } from './history.ts';

/** An account after the entries so far, minor units. */
type Account = {
  readonly id: string;
  readonly mayOverdraw: boolean;
  balance: bigint;
  held: bigint;
};
type Hold = { readonly account: Account; remaining: bigint };

/** Everything after some entries. `undo`: how the entry under way is taken back. */
type State = {
  readonly accounts: Map<string, Account>;
  readonly holds: Map<string, Hold>;
  /** Balances by the first part of the accounts' names. */
  readonly sums: Map<string, bigint>;
  readonly undo: (() => void)[];
};

const textOf = (step: LogStep, name: string): string => String(step[name] ?? '');
const kindOf = (account: string): string => account.split('/')[0] ?? '';

function add({ sums, undo }: State, account: Account, balance: bigint, held: bigint): void {
  const kind = kindOf(account.id);
  const change = (balance: bigint, held: bigint): void => {
    account.balance += balance;
    account.held += held;
    sums.set(kind, (sums.get(kind) ?? 0n) + balance);
  };
  change(balance, held);
  undo.push(() => change(-balance, -held));
}

type TakeStep = (state: State, step: LogStep, amount: bigint) => string | undefined;

/** Each step of page 20; answers with its word for what stands against it. */
const STEPS: Readonly<Record<string, TakeStep>> = {
  open({ accounts, undo }, step) {
    const id = textOf(step, 'account');
    if (accounts.has(id)) return undefined;
    accounts.set(id, { id, mayOverdraw: step.may_overdraw === true, balance: 0n, held: 0n });
    undo.push(() => accounts.delete(id));
    return undefined;
  },
  transfer(state, step, amount) {
    const debit = state.accounts.get(textOf(step, 'debit'));
    const credit = state.accounts.get(textOf(step, 'credit'));
    if (!debit || !credit) return 'account-unknown';
    if (!debit.mayOverdraw && debit.balance - debit.held < amount) return 'insufficient-funds';
    add(state, debit, -amount, 0n);
    add(state, credit, amount, 0n);
    return undefined;
  },
  hold(state, step, amount) {
    const { accounts, holds, undo } = state;
    const account = accounts.get(textOf(step, 'account'));
    const id = textOf(step, 'hold');
    if (!account) return 'account-unknown';
    if (holds.has(id)) return 'hold-exists';
    if (account.balance - account.held < amount) return 'insufficient-funds';
    holds.set(id, { account, remaining: amount });
    undo.push(() => holds.delete(id));
    add(state, account, 0n, amount);
    return undefined;
  },
  draw(state, step, amount) {
    const credit = state.accounts.get(textOf(step, 'credit'));
    if (!credit) return 'account-unknown';
    const against = useUp(state, step, amount);
    if (against !== undefined) return against;
    const { account } = state.holds.get(textOf(step, 'hold')) as Hold;
    add(state, account, -amount, 0n);
    add(state, credit, amount, 0n);
    return undefined;
  },
  release: (state, step, amount) => useUp(state, step, amount),
};

function useUp(state: State, step: LogStep, amount: bigint): string | undefined {
  const hold = state.holds.get(textOf(step, 'hold'));
  if (!hold) return 'hold-unknown';
  if (hold.remaining < amount) return 'hold-exceeded';
  hold.remaining -= amount;
  state.undo.push(() => (hold.remaining += amount));
  add(state, hold.account, 0n, -amount);
  return undefined;
}

function takeBack({ undo }: State): void {
  for (const back of undo.splice(0).reverse()) back();
}

/** Applies all steps or none; answers with what stands against them. */
function applySteps(state: State, steps: readonly LogStep[]): string | undefined {
  state.undo.length = 0;
  for (const step of steps) {
    const take = STEPS[textOf(step, 'kind')];
    const amount = BigInt(textOf(step, 'amount') || 0);
    const against = take ? take(state, step, amount) : 'not a step';
    if (against === undefined) continue;
    takeBack(state);
    return against;
  }
  return undefined;
}

/** What is wrong with an entry, which is applied where it was posted. */
function applyEntry(state: State, { steps, status, refusal }: LogEntry): string | undefined {
  const against = applySteps(state, steps);
  if (status === 'refused') takeBack(state);
  if (status === 'refused' && against !== refusal) return `refused with ${refusal}, not ${against}`;
  if (status === 'posted' && against !== undefined) return `posted, though ${against}`;
  let all = 0n;
  for (const sum of state.sums.values()) all += sum;
  return all === 0n ? undefined : `the accounts sum to ${all}`;
}

/**
 * Works out from the log alone what every account and hold is after each entry (page 20 of the
 * specification). It shares no code with the ledger: each is checked by the other.
 */
export function createBankBooks() {
  const state: State = { accounts: new Map(), holds: new Map(), sums: new Map(), undo: [] };
  const counts = { pay: 0, settle: 0, refund: 0 };
  /** Versions of the mapping of each terminal. */
  const mapped = new Map<string, number>();
  const count = ({ code, steps, id }: LogEntry): void => {
    if (code === 'pay' || code === 'settle' || code === 'refund') counts[code] += 1;
    if (code === 'void' && steps.length > 0) counts.refund += 1;
    const [, terminal = '', version] = id.split('/');
    if (code === 'mapping') mapped.set(terminal, Number(version));
  };
  return {
    /** Takes the next entry; answers with what is wrong with it. */
    take(entry: LogEntry): string | undefined {
      const wrong = applyEntry(state, entry);
      if (entry.status === 'posted') count(entry);
      return wrong;
    },
    account: (id: string): Readonly<Account> | undefined => state.accounts.get(id),
    versionsOf: (terminal: string): number => mapped.get(terminal) ?? 0,
    totals(): Totals {
      const sum = (kind: string): bigint => state.sums.get(kind) ?? 0n;
      return {
        outstanding: -sum('issuance'),
        payers: sum('payer'),
        holding: sum('holding'),
        settlement: sum('settlement'),
        providers: sum('provider'),
        payments: counts.pay,
        settlements: counts.settle,
        refunds: counts.refund,
      };
    },
  };
}
export type BankBooks = ReturnType<typeof createBankBooks>;

/** What the steps of an entry put into an account, minor units. */
export function creditedIn(steps: readonly LogStep[], account: string): bigint {
  const own = steps.filter(({ credit }) => credit === account);
  return own.reduce((sum, { amount }) => sum + BigInt(String(amount)), 0n);
}

/** The amount that a list of movements shows for an entry: what reaches its last account. */
export function movedBy({ steps }: Pick<LogEntry, 'steps'>): bigint {
  const credits = steps.map(({ credit }) => credit).filter((credit) => credit !== undefined);
  return creditedIn(steps, String(credits.at(-1) ?? ''));
}

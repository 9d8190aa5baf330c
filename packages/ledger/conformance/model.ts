import type { Step, TransferGroup } from '../group.ts';

// The ledger once more, as small as it can be, from the text of spec/20-ledger.md and without a
// line of decide.ts. It knows no log, no hash and no batch.

type Purse = { asset: string; overdraft: boolean; ice: boolean; has: bigint; held: bigint };
type State = { purses: Record<string, Purse>; holds: Record<string, { on: string; left: bigint }> };
type Check = readonly [isWrong: boolean, code: string];

const TOP = 2n ** 63n - 1n;
const BURNS = ['claim-taken', 'insufficient-funds', 'hold-exceeded', 'amount-overflow'];
const CURRENCIES = ['CNY/2', 'JPY/0'];

/** What the model expects of each group, in the words of `wordsOf`, and the balances after it. */
export interface Model {
  answer(group: TransferGroup): string;
  /** `balance held` of every account. */
  balances(): Record<string, string>;
}

export function createModel(): Model {
  let state: State = { purses: {}, holds: {} };
  const claims = new Set<string>();
  const series: Record<string, number> = {};
  const said = new Map<string, { print: string; words: string }>();
  const printOf = (group: TransferGroup) => Buffer.from(group.fingerprint).toString('hex');

  function judge(group: TransferGroup): string {
    const { steps, claims: wanted = [], sequence } = group;
    if (steps.length === 0 && wanted.length === 0 && !sequence) return 'group-empty';
    if (steps.length > 64 || wanted.length > 8) return 'group-too-large';
    if (group.id === '') return 'parameter-invalid';
    const foreign = steps.some((step) => step.kind === 'open' && !CURRENCIES.includes(step.asset));
    if (foreign) return 'currency-unknown';
    const before = said.get(group.id);
    if (before) return before.print === printOf(group) ? `replayed ${before.words}` : 'id-reused';
    const next = sequence ? (series[sequence.series] ?? 0) + 1 : 1;
    if (sequence && sequence.number !== next) {
      return sequence.number < next ? 'sequence-passed' : 'sequence-gap';
    }
    if (wanted.some((claim) => claims.has(claim))) return 'claim-taken';
    const draft = structuredClone(state);
    for (const step of steps) {
      const wrong = checksOf(draft, step).find(([isWrong]) => isWrong);
      if (wrong) return wrong[1];
      carryOut(draft, step);
    }
    state = draft;
    for (const claim of wanted) claims.add(claim);
    return 'posted';
  }

  return {
    answer(group) {
      const verdict = judge(group);
      if (verdict.startsWith('replayed')) return verdict;
      if (verdict !== 'posted' && !BURNS.includes(verdict)) return `rejected ${verdict}`;
      const words = verdict === 'posted' ? verdict : `refused ${verdict}`;
      if (group.sequence) series[group.sequence.series] = group.sequence.number;
      said.set(group.id, { print: printOf(group), words });
      return words;
    },
    balances: () =>
      Object.fromEntries(
        Object.entries(state.purses).map(([id, { has, held }]) => [id, `${has} ${held}`]),
      ),
  };
}

/** Which account gives, which takes, and from which hold: `undefined` where a step has none. */
function rolesOf({ holds }: State, step: Step) {
  const hold = 'hold' in step ? step.hold : undefined;
  const on = hold === undefined ? undefined : holds[hold]?.on;
  const from = 'debit' in step ? step.debit : 'account' in step ? step.account : on;
  return { hold, from, to: 'credit' in step ? step.credit : undefined };
}

function checksOf(state: State, step: Step): Check[] {
  const { hold, from, to } = rolesOf(state, step);
  const giver = from === undefined ? undefined : state.purses[from];
  const taker = to === undefined ? undefined : state.purses[to];
  if (step.kind === 'open') {
    const differs = giver?.asset !== step.asset || giver.overdraft !== step.mayOverdraw;
    return [[giver !== undefined && differs, 'account-exists']];
  }
  const uses = step.kind === 'draw' || step.kind === 'release';
  const unknown: Check[] = [
    [from !== undefined && !giver, 'account-unknown'],
    [to !== undefined && !taker, 'account-unknown'],
    [uses && !state.holds[step.hold], 'hold-unknown'],
  ];
  if (unknown.some(([isWrong]) => isWrong) || !giver || !('amount' in step)) return unknown;
  const { amount } = step;
  const free = giver.overdraft ? TOP : giver.has - giver.held;
  const leaves = to !== undefined;
  const left = uses ? (state.holds[step.hold]?.left ?? 0n) : TOP;
  return [
    [step.kind === 'hold' && hold !== undefined && hold in state.holds, 'hold-exists'],
    [from === to, 'account-same'],
    [leaves && taker?.asset !== giver.asset, 'currency-mismatch'],
    [amount === 0n, 'amount-zero'],
    [giver.ice, 'account-frozen'],
    [amount > left, 'hold-exceeded'],
    [!uses && amount > free, 'insufficient-funds'],
    [leaves && (giver.has - amount < -TOP || (taker?.has ?? 0n) + amount > TOP), 'amount-overflow'],
    [step.kind === 'hold' && giver.held + amount > TOP, 'amount-overflow'],
  ];
}

function carryOut(state: State, step: Step): void {
  const { purses, holds } = state;
  const { hold, from = '', to } = rolesOf(state, step);
  if (step.kind === 'open') {
    const { asset, mayOverdraw: overdraft } = step;
    purses[from] ??= { asset, overdraft, ice: false, has: 0n, held: 0n };
    return;
  }
  const giver = purses[from] as Purse;
  if (!('amount' in step)) {
    giver.ice = step.kind === 'freeze';
    return;
  }
  if (to !== undefined) {
    giver.has -= step.amount;
    (purses[to] as Purse).has += step.amount;
  }
  if (hold === undefined) return;
  const made = step.kind === 'hold' ? step.amount : -step.amount;
  giver.held += made;
  holds[hold] = { on: from, left: (holds[hold]?.left ?? 0n) + made };
}

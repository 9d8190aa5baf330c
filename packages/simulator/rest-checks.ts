import { ACCOUNT_PREFIX, accountOf } from '@coinbox/issuer';
import { foldEntries } from '@coinbox/ledger';
import type { WalletId } from '@coinbox/protocol';
import { checkAccounts } from './witness.ts';
import type { World } from './world.ts';

// What must be so when nothing is left to do (I21): every payment has come to an end, all of it is
// settled or given back, and the devices, the provider's book and the log agree.

/** Is nothing open anywhere, as far as each party can see? */
export function isAtRest(world: World): boolean {
  const { parties, payers, terminals, providers, setting } = world;
  if (!parties.every(({ isUp }) => isUp)) return false;
  if (!payers.every((payer) => payer.isAtRest())) return false;
  const waits = setting.witness.truth.ledger.parked.size > 0;
  if (!providers.every((provider) => provider.isAtRest())) return false;
  // A terminal asks for as long as its settlement is parked: the money says when it is all it does.
  if (waits) return leftOfPayments(world) === waitingForPeople(world);
  return terminals.every((terminal) => terminal.isAtRest());
}

/** Asks every question that can be asked only at the end. */
export async function checkAtRest(world: World): Promise<void> {
  const { setting, ledger } = world;
  const { witness } = setting;
  const fail = (what: string): void => witness.fail(`I21 liveness: ${what}`);
  if (witness.truth.ledger.parked.size > 0) setting.tally.count('parked at the end');
  if (!isAtRest(world)) for (const line of whatIsLeft(world)) fail(line);
  checkPayments(world, fail);
  checkWallets(world, fail);
  checkBills(world, fail);
  await checkAccounts(witness, ledger);
  const folded = foldEntries(witness.truth.ledger.entries);
  for (const { id, balance } of folded.accounts.values()) {
    if (witness.truth.ledger.balances.get(id) !== balance) {
      witness.fail(`I19 replay: ${id} is ${balance} where the log is folded`);
    }
  }
}

/** What a person would want to know of a run that did not come to rest. */
export const whatIsLeft = ({ parties, payers, terminals, providers }: World): readonly string[] => [
  'the run does not come to rest: ' +
    [
      ...parties.filter(({ isUp }) => !isUp).map(({ name }) => `${name} is down`),
      ...payers.filter((payer) => !payer.isAtRest()).map(({ name }) => `${name} still asks`),
      ...terminals.filter((terminal) => !terminal.isAtRest()).map((terminal) => terminal.status()),
      ...providers
        .filter((provider) => !provider.isAtRest())
        .map(({ name }) => `${name} still sends`),
    ].join('; '),
];

type Fail = (what: string) => void;

/** Minor units of all payments that are neither settled nor returned. */
function leftOfPayments({ setting }: World): bigint {
  let left = 0n;
  for (const { amount, settled, returned } of setting.witness.truth.ledger.paid.values()) {
    left += amount - settled - returned;
  }
  return left;
}

/** Minor units of the settlements that are parked. */
function waitingForPeople({ setting }: World): bigint {
  const { parked, holds } = setting.witness.truth.ledger;
  let waiting = 0n;
  for (const settlement of parked) waiting += holds.get(`parked/${settlement}`)?.remaining ?? 0n;
  return waiting;
}

/** Nothing of a payment is left over, but what is parked. */
function checkPayments(world: World, fail: Fail): void {
  const { setting, payers } = world;
  const waiting = waitingForPeople(world);
  const left = leftOfPayments(world);
  if (left !== waiting) fail(`${left} of the payments are left, ${waiting} are parked`);
  for (const payer of payers) {
    for (const { stage, offer } of setting.witness.payments.get(payer.wallet)?.values() ?? []) {
      if (stage === 'debited' && !payer.isForfeit(offer))
        fail(`the payment of ${offer} is still debited`);
    }
  }
}

/** Wallets of terminals hold what is parked, and payers have what the log gives them. */
function checkWallets(world: World, fail: Fail): void {
  const { setting, terminals } = world;
  const { truth } = setting.witness;
  const { balances, parked } = truth.ledger;
  const waiting = waitingForPeople(world);
  let held = 0n;
  for (const [account, balance] of balances) {
    if (account.startsWith(ACCOUNT_PREFIX.holding)) held += balance;
    if (account.startsWith(ACCOUNT_PREFIX.settlement) && balance !== 0n) {
      fail(`${account} has ${balance}`);
    }
  }
  if (held !== waiting) fail(`the holding wallets have ${held}, ${waiting} are parked`);
  for (const { wallet } of terminals) {
    const own = truth.terminals.get(wallet);
    if (own && own.holding !== 0n) fail(`${wallet} says it holds ${own.holding}`);
    if (own && own.inSettlement !== 0n && parked.size === 0) {
      fail(`${wallet} says ${own.inSettlement} are in settlement`);
    }
  }
}

/** Every bill has ended, and what the providers count as settled is what they have. */
function checkBills({ setting, providers }: World, fail: Fail): void {
  const { genesis, witness } = setting;
  const { balances, parked } = witness.truth.ledger;
  for (const [at, provider] of providers.entries()) {
    for (const { bill, state } of provider.bills()) {
      if (state === 'sent' && parked.size === 0) fail(`the bill ${bill} is still on its way`);
    }
    const wallet = genesis.providers[at]?.wallet as WalletId;
    const counted = provider
      .bills()
      .filter(({ state }) => state === 'settled')
      .reduce((sum, { amount }) => sum + amount, 0n);
    const has = balances.get(accountOf('provider', wallet)) ?? 0n;
    if (counted > has) fail(`${provider.name} counts ${counted} as settled and has ${has}`);
  }
}

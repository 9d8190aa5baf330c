import { paymentIdOf } from '@coinbox/protocol';
import type { TestWallet } from '@coinbox/issuer/testing';
import type { Desk } from './desk.ts';
import type { OpenPayment, Till } from './open-bank.ts';
import { createReads } from './reads.ts';
import type { Reads } from './reads.ts';

/** How often each thing is done, of a hundred. */
const CHANCES = {
  pay: 33,
  settle: 24,
  refund: 10,
  issue: 2,
  remap: 1,
  again: 4,
  wallet: 18,
  summary: 4,
  list: 2,
  mapping: 2,
} as const;
type Deed = keyof typeof CHANCES;

const MOST_AMOUNT = 500;
const ISSUED = 5_000n;

/** Uses the bank, one call after the other, until it is over. Throws as its caller does. */
export async function runClient(desk: Desk, isOver: () => boolean): Promise<void> {
  const { bank, oneOf } = desk;
  const reads = createReads(desk);
  const deeds: Readonly<Record<Deed, () => Promise<unknown>>> = {
    pay: () => pay(desk, reads),
    settle: () => withTill(desk, reads, settle),
    refund: () => withTill(desk, reads, refund),
    issue: () => issue(desk, oneOf(bank.payers)),
    remap: () => remap(desk, reads),
    again: () => desk.caller.sendAgain(),
    wallet: () => reads.anyWallet(),
    summary: () => reads.summary(),
    list: () => reads.anyList(),
    mapping: () => reads.mapping(oneOf(bank.tills)),
  };
  const hundred = Object.entries(CHANCES).flatMap(([deed, chance]) =>
    Array.from({ length: chance }, () => deed as Deed),
  );
  while (!isOver()) await deeds[oneOf(hundred)]();
}

/** From any payer into any terminal, whatever others do there. */
async function pay(desk: Desk, reads: Reads): Promise<void> {
  const { bank, caller, upTo, oneOf } = desk;
  const [till, payer] = [oneOf(bank.tills), oneOf(bank.payers)];
  const { wallets, version, providers } = till;
  const terminal = wallets.holding.wallet;
  const amount = BigInt(1 + upTo(MOST_AMOUNT));
  const provider = providers[version - 1] as TestWallet;
  const offer = bank.messages.offer(wallets, provider, { mappingVersion: version });
  const message = bank.messages.pay(payer, offer, amount);
  const id = paymentIdOf(message);
  const money = { credit: `holding/${terminal}`, amount, pinned: { terminal, version } };
  const write = { name: 'pay', id, ...money };
  const told = await caller.send(write, message.bytes, 'mapping-changed');
  if (told.word === 'posted') till.open.push({ payment: id, payer, version, left: amount });
  else if (told.word === 'refused') await issue(desk, payer);
  else await reads.mapping(till);
}

type Upload = (desk: Desk, till: Till) => Promise<void>;

/** Calls with a terminal whose next upload is this client's; without one a payment is made. */
async function withTill(desk: Desk, reads: Reads, upload: Upload): Promise<void> {
  const { tills } = desk.bank;
  const from = desk.upTo(tills.length);
  const inTurn = [...tills.slice(from), ...tills.slice(0, from)];
  const till = inTurn.find(({ busy, open }) => !busy && open.length > 0);
  if (!till) return pay(desk, reads);
  till.busy = true;
  try {
    await upload(desk, till);
    till.wallets.upload += 1;
  } finally {
    till.busy = false;
  }
}

async function settle({ bank, caller, upTo }: Desk, till: Till): Promise<void> {
  const { wallets, open } = till;
  const [first, second] = open as [OpenPayment, OpenPayment | undefined];
  const used = second && second.version === first.version ? [first, second] : [first];
  const most = used.reduce((sum, { left }) => sum + left, 0n);
  const amount = 1n + BigInt(upTo(Number(most)));
  const provider = till.providers[first.version - 1] as TestWallet;
  const bill = bank.messages.bill(provider, wallets, bank.newId('session'), amount);
  const ids = used.map(({ payment }) => payment);
  const message = bank.messages.settle(wallets, bill, ids);
  const money = { credit: `provider/${provider.wallet}`, amount };
  await caller.send({ name: 'settle', id: message.body.settlement, ...money }, message.bytes);
  use(till, used, amount);
}

/** What is left of a payment, and now and then one unit more, which is refused. */
async function refund({ bank, caller, upTo }: Desk, till: Till): Promise<void> {
  const [one] = till.open as [OpenPayment];
  const { payment, payer, left } = one;
  const amount = upTo(20) === 0 ? left + 1n : left;
  const message = bank.messages.refund(till.wallets, payer.wallet, [payment], amount);
  const write = { name: 'refund', id: message.body.refund, credit: `payer/${payer.wallet}` };
  const told = await caller.send({ ...write, amount }, message.bytes);
  if (told.word === 'posted') use(till, [one], amount);
}

/** Takes an amount from payments in their order (page 11), and drops those that are used up. */
function use(till: Till, payments: readonly OpenPayment[], amount: bigint): void {
  let rest = amount;
  for (const payment of payments) {
    const share = rest < payment.left ? rest : payment.left;
    payment.left -= share;
    rest -= share;
  }
  const left = till.open.filter((one) => one.left > 0n);
  till.open.splice(0, till.open.length, ...left);
}

async function issue({ bank, caller }: Desk, { wallet }: TestWallet): Promise<void> {
  const { asset, newId } = bank;
  const id = newId('issuance');
  const write = { name: 'issue', id, credit: `payer/${wallet}`, amount: ISSUED };
  const body = { id, wallet, amount: `${ISSUED}`, asset };
  await caller.order(write, ({ maker }) => maker.issueMoney(body));
}

/** Maps a terminal to some provider. Of two clients at once one comes through. */
async function remap({ bank, caller, oneOf }: Desk, reads: Reads): Promise<void> {
  const till = oneOf(bank.tills);
  const terminal = till.wallets.holding.wallet;
  const [proposal, replaces] = [bank.newId('proposal'), till.version];
  const body = { proposal, terminal, provider: oneOf(bank.providers).wallet, replaces };
  const told = await caller.order(
    { name: 'propose', id: proposal },
    ({ maker }) => maker.proposeMapping(body),
    'proposal-stale',
  );
  if (told.word === 'posted') {
    await caller.order(
      { name: 'approve', id: `mapping/${terminal}/${replaces + 1}` },
      ({ checker }) => checker.approveMapping(proposal),
      'proposal-stale',
    );
  }
  await reads.mapping(till);
}

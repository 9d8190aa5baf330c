import type { TestTerminal, TestWallet } from '@coinbox/issuer/testing';
import { REFUND, money, newId } from '@coinbox/protocol';
import type { MappingJson, Result, WalletId } from '@coinbox/protocol';
import type { IssuerParty } from './issuer-party.ts';
import type { Deed } from './plan.ts';
import { reportBug } from './setting.ts';
import type { Setting } from './setting.ts';

/** Operators at the issuer, and a thief with a terminal's key. */
export interface People {
  /** Does one of their deeds; others are nothing to them. */
  act(deed: Deed): void;
  /** Lifts every freeze and suspension, but a provider's where the seed leaves it. */
  relent(): Promise<void>;
}

const MAKER = 'maker';
const CHECKER = 'checker';

export function createPeople(setting: Setting, issuer: IssuerParty): People {
  const { genesis, random, schedule, plan } = setting;
  const someTerminal = (): TestTerminal => random.pick(genesis.terminals.slice(0, plan.terminals));
  const change = (name: 'freezeWallet' | 'unfreezeWallet', wallet: WalletId): void => {
    const call = { parameter: wallet, query: {}, person: MAKER, body: {} };
    issuer.operate(name, call)?.catch((thrown: unknown) => reportBug(setting, thrown));
  };
  const freeze = ({ wallet }: TestWallet, lastsMs: number): void => {
    change('freezeWallet', wallet);
    schedule.after(lastsMs, 'people unfreeze', () => change('unfreezeWallet', wallet));
  };
  return {
    act({ what, lastsMs }) {
      if (what === 'map to another provider') void mapAnew(setting, issuer, someTerminal());
      if (what === 'freeze a terminal') freeze(someTerminal().holding, lastsMs);
      if (what === 'freeze a payer') freeze(random.pick(genesis.payers), lastsMs);
      if (what === 'freeze a provider') {
        const provider = genesis.providers[random.chance(0.75) ? 0 : 1] as TestWallet;
        if (plan.staysFrozen) change('freezeWallet', provider.wallet);
        else freeze(provider, lastsMs);
      }
      if (what === 'clone a terminal') clone(setting, issuer, someTerminal(), lastsMs);
      if (what === 'look at the sums') issuer.audit();
    },
    async relent() {
      const { frozen, suspended } = setting.witness.truth.ledger;
      const providers = new Set(genesis.providers.map(({ wallet }) => wallet));
      for (const wallet of [...frozen, ...suspended]) {
        if (!(plan.staysFrozen && providers.has(wallet))) change('unfreezeWallet', wallet);
      }
    },
  };
}

/** Maps a terminal to the provider it is not mapped to; now and then one person tries alone. */
async function mapAnew(
  setting: Setting,
  issuer: IssuerParty,
  { holding }: TestTerminal,
): Promise<void> {
  const { genesis, random, schedule, tally } = setting;
  const ask = { query: {}, person: MAKER };
  try {
    const known = await issuer.operate('getMapping', { ...ask, parameter: holding.wallet });
    const versions = (known as Result<MappingJson> | undefined)?.ok
      ? (known as { value: MappingJson }).value.versions
      : undefined;
    const current = versions?.at(-1)?.provider;
    const provider = genesis.providers.find(({ wallet }) => wallet !== current)?.wallet;
    if (!versions || !provider) return;
    const proposal = newId('proposal', schedule.clock.now(), random.bytes(10));
    const body = { proposal, terminal: holding.wallet, provider, replaces: versions.length };
    await issuer.operate('proposeMapping', { ...ask, body });
    const isAlone = random.chance(0.4);
    const person = isAlone ? MAKER : CHECKER;
    const approval = { query: {}, person, parameter: proposal, body: {} };
    const approved = await issuer.operate('approveMapping', approval);
    if (approved && !approved.ok) tally.count(`people: ${approved.rejection.code}`);
  } catch (thrown) {
    reportBug(setting, thrown);
  }
}

/** Whoever has a copy of a terminal's key asks for money with a number that is used up. */
function clone(
  setting: Setting,
  issuer: IssuerParty,
  terminal: TestTerminal,
  lastsMs: number,
): void {
  const { holding } = terminal;
  const { schedule, random, witness, genesis, tally } = setting;
  const [paid] = witness.truth.ledger.paid.values();
  const uploads = witness.truth.ledger.series.get(`upload/${holding.wallet}`) ?? 0;
  if (!paid || uploads < 2) {
    // Until there is a number that is used up.
    if (!setting.healing) {
      schedule.after(1_000, 'a thief waits', () => clone(setting, issuer, terminal, lastsMs));
    }
    return;
  }
  const now = schedule.clock.now();
  const message = holding.sign(REFUND, {
    sequence: 1,
    refund: newId('refund', now, random.bytes(10)),
    session: newId('session', now, random.bytes(10)),
    payer: paid.payer,
    terminal: holding.wallet,
    amount: money(1n),
    asset: genesis.ports.asset,
    cause: 'rest',
    payments: [paid.payment],
    upload: 1,
  });
  tally.count('rogue: a terminal is cloned');
  issuer.bring(message.bytes);
  schedule.after(lastsMs, 'people resume', () => {
    const call = { parameter: holding.wallet, query: {}, person: MAKER, body: {} };
    issuer.operate('unfreezeWallet', call)?.catch((thrown: unknown) => reportBug(setting, thrown));
  });
}

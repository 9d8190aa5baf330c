import { createIssuer, openMemoryRecords } from '@coinbox/issuer';
import type { Call, Issuer } from '@coinbox/issuer';
import type { Ledger } from '@coinbox/ledger';
import { Fault, reject } from '@coinbox/protocol';
import type { ApiOperationName, IssuerClient, MappingJson, Result } from '@coinbox/protocol';
import { openDurableLedger } from './durable-ledger.ts';
import type { Life } from './life.ts';
import { createParty, reportBug } from './setting.ts';
import type { Party, Setting } from './setting.ts';

/** The issuer, and the way to it. */
export interface IssuerParty extends Party {
  /** The client of another party: each call goes over the network. */
  clientOf(name: string, life: Life): IssuerClient;
  /** One operation of an operator who sits at the issuer; undefined where it is down. */
  operate(name: ApiOperationName, call: Call): Promise<Result<unknown>> | undefined;
  /** A message that no party of ours has sent. */
  bring(message: Uint8Array): void;
  /** Asks for the sums, as an auditor; nothing where the issuer is down. */
  audit(): void;
  close(): void;
}

/** A client waits so long for an answer. */
const ANSWER_WITHIN_MS = 4_000;
/** Operators see to an issuer whose disk has failed. */
const MENDED_MS = 500;

/** How often the records are lost with a crash: they are a projection, and are made again. */
const RECORDS_LOST = 0.3;

/** The volatile part of the issuer: gone with its life. */
type Running = { readonly issuer: Issuer; readonly life: Life };

export function createIssuerParty(setting: Setting, ledger: Ledger): IssuerParty {
  const { genesis, schedule, random, tally, witness } = setting;
  let running: Running | undefined;
  let records = genesis.records.take();
  let starts = 0;

  const party = createParty(setting, {
    name: 'issuer',
    begin(life, up) {
      const broken = (): void =>
        void schedule.after(MENDED_MS, 'issuer is mended', () => life.end('its disk has failed'));
      const own = openDurableLedger(setting, life, ledger, broken);
      if (starts++ > 0 && random.chance(RECORDS_LOST)) {
        tally.count('issuer: records made again');
        genesis.records.giveBack(records);
        records = openMemoryRecords();
      }
      const ports = { ...genesis.ports, clock: schedule.clock, ledger: own, records };
      life.gate(createIssuer(ports)).then(
        (issuer) => {
          running = { issuer, life };
          up();
        },
        (thrown: unknown) => {
          reportBug(setting, thrown);
          records = openMemoryRecords();
          life.end('its start has failed');
        },
      );
    },
    ended: () => void (running = undefined),
  });
  const operate: IssuerParty['operate'] = (name, call) =>
    running?.life.gate(running.issuer.call(name, call) as Promise<Result<unknown>>);
  const submit = (message: Uint8Array) => running && take(setting, running, message);

  return {
    ...party,
    get isUp() {
      return party.isUp;
    },
    clientOf: (name, life) => clientOf(setting, name, life, { submit, operate }),
    operate,
    bring: (message) => void submit(message),
    audit() {
      if (!running) return;
      const { life, issuer } = running;
      life.gate(issuer.summary()).then(witness.summed, (thrown: unknown) => {
        reportBug(setting, thrown);
      });
    },
    close: () => genesis.records.giveBack(records),
  };
}

/** What the issuer's door answers over HTTP. */
async function take(
  setting: Setting,
  { issuer, life }: Running,
  message: Uint8Array,
): Promise<Result<Uint8Array>> {
  const { tally, schedule, witness } = setting;
  try {
    const answer = await life.gate(issuer.submit(message));
    if (!answer.ok) {
      tally.count(`rejected: ${answer.rejection.code}`);
      schedule.note(`issuer says no: ${answer.rejection.code}`);
      return answer;
    }
    life.point('before an answer');
    witness.answered(message, answer.value.receipt);
    return { ok: true, value: answer.value.receipt };
  } catch (thrown) {
    // The dead do not answer.
    if (life.dead) return new Promise(() => undefined);
    reportBug(setting, thrown);
    const isFull = thrown instanceof Fault && thrown.code === 'storage-full';
    return { ok: false, rejection: { code: isFull ? 'storage-full' : 'internal-error' } };
  }
}

type Door = {
  readonly submit: (message: Uint8Array) => Promise<Result<Uint8Array>> | undefined;
  readonly operate: IssuerParty['operate'];
};

function clientOf(
  { network }: Setting,
  name: string,
  life: Life,
  { submit, operate }: Door,
): IssuerClient {
  const ask = <T>(what: string, serve: () => Promise<T> | undefined): Promise<T> =>
    network.ask({ from: name, to: 'issuer', what, life, withinMs: ANSWER_WITHIN_MS, serve });
  return {
    ...nobodyAsks,
    submit(message) {
      life.point('before a submission');
      return ask('message', () => submit(message));
    },
    mapping: (terminal) =>
      ask('mapping', () => {
        const call = { parameter: terminal, query: {}, person: '' };
        return operate('getMapping', call) as Promise<Result<MappingJson>> | undefined;
      }),
  };
}

const unasked = (): never => {
  throw new Error('bug: no party of a run asks this');
};

/** Calls that are for operators and tools. */
const nobodyAsks: Omit<IssuerClient, 'submit' | 'mapping'> = {
  submitRun: unasked,
  // Nobody pays offline in a run: the issuer has set no parameters.
  beacon: async () => reject('not-found'),
  setParameters: unasked,
  discover: unasked,
  openWallet: unasked,
  wallet: unasked,
  issueMoney: unasked,
  redeemMoney: unasked,
  proposeMapping: unasked,
  approveMapping: unasked,
  summary: unasked,
  movements: unasked,
};

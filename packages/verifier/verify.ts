// pure
import { Broken, INVARIANTS } from './checks.ts';
import type { CheckName } from './checks.ts';
import { fromBase64url, hex, must, sha256 } from './encoding.ts';
import { ISSUANCE, applySteps, readEntry } from './ledger.ts';
import type { Entry } from './ledger.ts';
import { compare } from './groups.ts';
import { createLog } from './log.ts';
import type { Log } from './log.ts';
import { MESSAGES } from './messages.ts';
import { OFFLINE_MESSAGES } from './offline.ts';
import { OPERATORS } from './operators.ts';
import type { Judged } from './operators.ts';
import { isSignedBy, openSigned, readCertificate } from './signatures.ts';
import type { Key } from './signatures.ts';
import { createState } from './state.ts';
import type { Header, State } from './state.ts';

/**
 * The first entry of an export that does not hold, and the check that it fails. `index` 0 is the
 * header; after the last entry come the end, and what is said of the whole.
 */
export type Break = {
  readonly index: number;
  readonly code: string;
  readonly id: string;
  /** An invariant: I1 to I19. */
  readonly check: string;
  readonly name: CheckName;
  readonly detail: string;
};
/** What an export comes to. `issued`: minor units. `checks`: how often each was made. */
export type Sums = Pick<Header, 'network' | 'asset'> & {
  readonly entries: number;
  readonly accounts: number;
  readonly issued: bigint;
  readonly checks: ReadonlyMap<CheckName, number>;
};
export type Verdict =
  ({ readonly ok: true } & Sums) | { readonly ok: false; readonly broken: Break };

const JUDGES: ReadonlyMap<string, (state: State, entry: Entry) => Judged> = new Map(
  Object.entries({ ...OPERATORS, ...MESSAGES, ...OFFLINE_MESSAGES }),
);

/** What the ledger may refuse for good (page 20), and the check that says so. */
const RECORDED: Readonly<Record<string, CheckName>> = {
  'claim-taken': 'claim',
  'hold-exceeded': 'hold',
  'insufficient-funds': 'balance',
  'amount-overflow': 'overflow',
};
/** The checks of the ledger that any posted entry passes. */
const PASSED = [...Object.values(RECORDED), 'account', 'amount', 'frozen'] as CheckName[];

type Line = Readonly<Record<string, unknown>>;

/** The header of page 17: what all entries are judged by. */
function readHeader({ demand }: ReturnType<typeof createState>, line: Line, root: Key): Header {
  const [network, asset] = [String(line.network), String(line.asset)];
  must(line.format === 'coinbox-export/1', 'not an export of format 1');
  const { bytes } = line.root as { bytes: string };
  const isRoot = bytes === root.bytes.toString('base64url');
  demand('certificate', isRoot, 'the export is of another root');
  let by = root;
  const [authority, issuer] = ['authority', 'issuer'].map((role, at) => {
    const signed = openSigned(fromBase64url((line.certificates as unknown[])[at]), network);
    const certificate = readCertificate(signed);
    const isGood = isSignedBy(signed, by) && certificate.role === role;
    demand('certificate', isGood, `the certificate of the ${role} is false`);
    by = certificate.key;
    return certificate;
  });
  must(authority && issuer, 'two certificates');
  return { network, asset, root: root.bytes, authority, issuer };
}

function readLine(text: string): Line {
  const line: unknown = JSON.parse(text);
  must(typeof line === 'object' && line !== null, 'not an object');
  return line as Line;
}

/** Checks one entry against those before it, and takes it into the books. */
function takeEntry(state: State, entry: Entry): void {
  const { demand, need, ids, series, claims, accounts, bare } = state;
  const { id, code, status, fingerprint, steps } = entry;
  demand('id', !ids.has(id), 'an earlier entry has this id');
  ids.add(id);
  const [name = '', number] = entry.series.split(' ');
  const next = (series.get(name) ?? 0) + 1;
  demand('series', name === '' || number === `${next}`, `the next number is ${next}`);
  if (name !== '') series.set(name, next);
  const judged = need('entry', JUDGES.get(code), `no code of an entry: ${code}`)(state, entry);
  const isTaken = entry.claims.some((claim) => claims.has(claim));
  const broken = isTaken ? 'claim' : applySteps(state, steps);
  const isRefused = status !== 'posted';
  const isRight = !isRefused || (broken !== undefined && RECORDED[status] === broken);
  demand('refusal', isRight, `the ledger would not refuse it with ${status}`);
  for (const check of PASSED) demand(check, isRefused || broken !== check, 'posted, and cannot be');
  for (const [account] of steps.join(' ').matchAll(/settlement\/\S+/g)) {
    demand('transit', !accounts.get(account)?.balance, `${account} is not empty`);
  }
  compare(state, entry, judged.values);
  if (status === 'hold-exceeded') bare.add(fingerprint);
  if (isRefused) return;
  for (const claim of entry.claims) claims.set(claim, id);
  judged.note?.();
}

/**
 * Verifies an export (page 17) line by line, against a root key that comes from elsewhere; the
 * receipts, if any, must be of entries in it. Shares no code with what makes exports.
 */
export async function verify(
  lines: AsyncIterable<string> | Iterable<string>,
  root: Key,
  receipts: readonly Uint8Array[] = [],
): Promise<Verdict> {
  const state = createState();
  const { demand, reading, accounts } = state;
  const at = { index: 0, code: '', id: '' };
  let [head, isOver]: [Buffer, boolean] = [Buffer.alloc(32), false];
  let own: State | undefined;
  let through: unknown;
  let log: Log | undefined;
  const take = (line: Line): void => {
    demand('file', !isOver, 'a line after the end');
    if (!own || !log) {
      const header = reading('file', () => readHeader(state, line, root));
      own = Object.assign(state, header);
      log = createLog(own);
      const { receive, promise } = log;
      const { checkpoint } = line;
      through = line.through;
      if (checkpoint !== null) reading('checkpoint', () => promise(String(checkpoint)));
      for (const receipt of receipts) reading('receipt', () => receive(receipt));
    } else if ('end' in line) {
      isOver = true;
      const isWhole = line.end === at.index - 1 && line.end === through;
      demand('index', isWhole, 'header and end count other entries');
      demand('link', line.head === head.toString('base64url'), 'the end has another hash');
    } else {
      const bytes = reading('entry', () => fromBase64url(line.entry));
      const entry = reading('entry', () => readEntry(bytes));
      Object.assign(at, { code: entry.code, id: entry.id });
      demand('index', entry.index === at.index && line.index === at.index, 'an entry is missing');
      demand('link', entry.before === hex(head), 'another entry was before it');
      takeEntry(own, entry);
      head = sha256(bytes);
      const salt = line.salt === null ? undefined : reading('tree', () => fromBase64url(line.salt));
      if (salt) demand('tree', salt.length === 16, 'a salt has 16 bytes');
      log.take(entry, head, salt);
    }
    Object.assign(at, { index: at.index + (isOver ? 0 : 1), code: '', id: '' });
  };
  try {
    for await (const text of lines) take(reading('file', () => readLine(text)));
    demand('file', isOver, 'the file ends too early');
    log?.end();
    let sum = 0n;
    for (const { balance } of accounts.values()) sum += balance;
    demand('issuance', sum === 0n, 'the accounts do not sum to 0');
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    const check = INVARIANTS.get(error.check) ?? '';
    return { ok: false, broken: { ...at, check, name: error.check, detail: error.message } };
  }
  const { network = '', asset = '' } = own ?? {};
  const issued = -(accounts.get(ISSUANCE)?.balance ?? 0n);
  const counted = { entries: at.index - 1, accounts: accounts.size, checks: state.counts };
  return { ok: true, network, asset, issued, ...counted };
}

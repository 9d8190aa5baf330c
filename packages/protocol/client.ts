import type {
  BeaconJson,
  Discovery,
  MappingJson,
  MoveMoney,
  MovedJson,
  MovementJson,
  OpenWallet,
  Page,
  ProposalJson,
  ProposeMapping,
  SetParameters,
  SummaryJson,
  WalletJson,
} from './api.ts';
import { Fault } from './fault.ts';
import { API_OPERATIONS, MESSAGE_MEDIA_TYPE, MESSAGE_PATH } from './operations.ts';
import type { ApiOperationName } from './operations.ts';
import { rejectionOfProblem } from './problem.ts';
import { accept } from './result.ts';
import type { Result } from './result.ts';
import { SYNC_MEDIA_TYPE, SYNC_PATH, decodeRunAnswer } from './sync-run.ts';
import type { RunAnswer } from './sync-run.ts';

/** The part of `fetch` that the client uses; the shell brings it. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: Uint8Array<ArrayBuffer> | string;
    signal?: AbortSignal;
  },
) => Promise<{
  status: number;
  headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}>;

export type IssuerClientOptions = {
  /** `http://127.0.0.1:7400`, no trailing slash. */
  readonly url: string;
  readonly fetch: Fetch;
  /** An operator's token, for the JSON API. */
  readonly token?: string;
  /** A request that takes longer is a Fault. Default 15,000 ms. */
  readonly timeoutMs?: number;
};

/**
 * The calls of the issuer that parties and tools make. A rejection is a value; a network failure is
 * a thrown Fault.
 */
export interface IssuerClient {
  /** Sends a signed message and gives the bytes of the RECEIPT, also of one that refuses. */
  submit(message: Uint8Array): Promise<Result<Uint8Array>>;
  /** Sends a run of signed messages (`encodeRun`), the first of them a SYNC or a PAY. */
  submitRun(run: Uint8Array): Promise<Result<RunAnswer>>;
  beacon(): Promise<Result<BeaconJson>>;
  setParameters(body: SetParameters): Promise<Result<BeaconJson>>;
  discover(): Promise<Result<Discovery>>;
  openWallet(body: OpenWallet): Promise<Result<WalletJson>>;
  wallet(wallet: string): Promise<Result<WalletJson>>;
  issueMoney(body: MoveMoney): Promise<Result<MovedJson>>;
  redeemMoney(body: MoveMoney): Promise<Result<MovedJson>>;
  proposeMapping(body: ProposeMapping): Promise<Result<ProposalJson>>;
  approveMapping(proposal: string): Promise<Result<ProposalJson>>;
  mapping(terminal: string): Promise<Result<MappingJson>>;
  summary(): Promise<Result<SummaryJson>>;
  /**
   * One page of payments, settlements or refunds, oldest first; `cursor` is the `next` of the page
   * before.
   */
  movements(list: MovementList, cursor?: string): Promise<Result<Page<MovementJson>>>;
}

export type MovementList = 'listPayments' | 'listSettlements' | 'listRefunds';

/** Lines on a page of movements. */
const PAGE_LINES = 500;

type Call = { parameter?: string; query?: string; body?: unknown; key?: string };

/** A client for one issuer. */
export function createIssuerClient(options: IssuerClientOptions): IssuerClient {
  const call = async <T>(name: ApiOperationName, how: Call = {}): Promise<Result<T>> => {
    const { method, path } = API_OPERATIONS[name];
    const filled =
      path.replace(/:\w+/, encodeURIComponent(how.parameter ?? '')) + (how.query ?? '');
    const headers: Record<string, string> = { accept: 'application/json' };
    if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
    if (how.key !== undefined) headers['idempotency-key'] = how.key;
    if (how.body !== undefined) headers['content-type'] = 'application/json';
    const body = how.body === undefined ? {} : { body: JSON.stringify(how.body) };
    const answer = await exchange(options, filled, { method, headers, ...body });
    const parsed = parseJson(answer.body);
    if (answer.status >= 300) return refusalIn(answer.status, parsed);
    if (parsed === undefined) throw new Fault('answer-invalid', 'the issuer answered no JSON');
    return accept(parsed as T);
  };
  return {
    async submit(message) {
      const headers = { 'content-type': MESSAGE_MEDIA_TYPE };
      const body = Uint8Array.from(message);
      const answer = await exchange(options, MESSAGE_PATH, { method: 'POST', headers, body });
      if (answer.type.startsWith('application/cose')) return accept(answer.body);
      return refusalIn(answer.status, parseJson(answer.body));
    },
    async submitRun(run) {
      const headers = { 'content-type': SYNC_MEDIA_TYPE };
      const body = Uint8Array.from(run);
      const answer = await exchange(options, SYNC_PATH, { method: 'POST', headers, body });
      if (answer.type !== SYNC_MEDIA_TYPE) return refusalIn(answer.status, parseJson(answer.body));
      const read = decodeRunAnswer(answer.body);
      if (!read.ok) throw new Fault('answer-invalid', 'the issuer answered a run with no run');
      return read;
    },
    beacon: () => call('getBeacon'),
    setParameters: (body) => call('setParameters', { body, key: `parameters-${body.number}` }),
    discover: () => call('discover'),
    openWallet: (body) => call('openWallet', { body, key: body.wallet }),
    wallet: (parameter) => call('getWallet', { parameter }),
    issueMoney: (body) => call('issueMoney', { body, key: body.id }),
    redeemMoney: (body) => call('redeemMoney', { body, key: body.id }),
    proposeMapping: (body) => call('proposeMapping', { body, key: body.proposal }),
    approveMapping: (parameter) =>
      call('approveMapping', { parameter, body: {}, key: `approve-${parameter}` }),
    mapping: (parameter) => call('getMapping', { parameter }),
    summary: () => call('getSummary'),
    movements: (list, cursor) => {
      const next = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      return call(list, { query: `?limit=${PAGE_LINES}${next}` });
    },
  };
}

type Answer = { status: number; type: string; body: Uint8Array };

async function exchange(
  { url, fetch, timeoutMs = 15_000 }: IssuerClientOptions,
  path: string,
  init: Parameters<Fetch>[1],
): Promise<Answer> {
  try {
    const answer = await fetch(url + path, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    return {
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      body: new Uint8Array(await answer.arrayBuffer()),
    };
  } catch (cause) {
    throw new Fault('unreachable', `no answer from the issuer at ${url}`, cause);
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function refusalIn(status: number, body: unknown): Result<never> {
  const rejection = rejectionOfProblem(body);
  if (!rejection) throw new Fault('answer-invalid', `the issuer answered ${status} without a code`);
  return { ok: false, rejection };
}

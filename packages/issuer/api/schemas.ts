import { REJECTIONS } from '@coinbox/protocol';
import type { ApiOperationName } from '@coinbox/protocol';
import { CODES } from '../codes.ts';

// The bodies of packages/protocol/api.ts as JSON Schema 2020-12: what the OpenAPI document shows.
// The readers beside the operations are what checks a request; a test holds real answers against
// these.

export type Schema = Readonly<Record<string, unknown>>;

const text = (description: string, more: Schema = {}): Schema => ({
  type: 'string',
  description,
  ...more,
});
const idOf = (prefix: string, description: string): Schema =>
  text(description, { pattern: `^${prefix}_[0-7][0-9A-HJKMNP-TV-Z]{25}$` });
const amount = text('Minor units, as digits', { pattern: '^(0|[1-9][0-9]{0,18})$' });
const balance = text('Minor units; may be negative', { pattern: '^(0|-?[1-9][0-9]*)$' });
const asset = text('Currency and exponent', { pattern: '^[A-Z]{3}/[0-9]$', examples: ['CNY/2'] });
const bytes = text('base64url without padding', { pattern: '^[A-Za-z0-9_-]*$' });
const hash = text('SHA-256, hexadecimal', { pattern: '^[0-9a-f]{64}$' });
const at = text('RFC 3339, UTC', { format: 'date-time' });
const index = { type: 'integer', minimum: 0, description: 'Index of a ledger entry' };
const wallet = idOf('wal', 'A wallet');
const code = { type: 'string', enum: Object.keys(REJECTIONS) };
const kind = { type: 'string', enum: Object.values(CODES) };
const account = text('An account of the ledger', { examples: ['issuance'] });
const standing = { index, balance, held: amount };
const status = { type: 'string', enum: ['posted', 'refused'] };
const role = { type: 'string', enum: ['payer', 'holding', 'settlement', 'provider'] };

/** An object with these fields and no others; a name that ends in `?` may be absent. */
function object(fields: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(fields);
  return {
    type: 'object',
    additionalProperties: false,
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(names.map((name) => [name.replace('?', ''), fields[name]])),
  };
}

export const ref = (name: string): Schema => ({ $ref: `${name}#` });
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const pageOf = (name: string): Schema =>
  object({ items: listOf(ref(name)), 'next?': text('Cursor'), as_of_index: index });

const statement = {
  asset,
  opening: ref('Standing'),
  items: listOf(ref('StatementLine')),
  closing: ref('Standing'),
  'next?': text('Cursor'),
  as_of_index: index,
};

const publicKey = object({ algorithm: { type: 'string', enum: ['EdDSA', 'ES256'] }, bytes });
const movement = {
  index,
  at,
  status,
  'code?': code,
  amount,
  asset,
  'from?': wallet,
  'to?': wallet,
  'session?': idOf('ses', 'A session'),
  'bill?': idOf('bil', 'A bill'),
  'mapping_version?': { type: 'integer', minimum: 1 },
};
const moveMoney = (kind: string): Schema =>
  object({ id: idOf(kind, 'Made by the caller'), wallet, amount, asset });

/** Every named schema of the document. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  Problem: object({
    type: text('URI of the code'),
    title: text('For people, in the language asked for'),
    status: { type: 'integer' },
    code,
    'detail?': text('For people'),
    'instance?': text('Path of the request'),
    'trace_id?': text('Names the request in the log'),
  }),
  PublicKey: publicKey,
  Discovery: object({
    network: text('Name of the deployment'),
    asset,
    root: ref('PublicKey'),
    certificates: listOf(bytes),
    version: text('Version of the program'),
  }),
  OpenWallet: object({
    wallet,
    role,
    key: ref('PublicKey'),
    'terminal?': wallet,
    'limits?': object({ 'per_payment?': amount, 'balance?': amount }),
    'offline?': object({
      per_payment: amount,
      cumulative: amount,
      count: { type: 'integer', minimum: 1 },
      epochs: { type: 'integer', minimum: 1 },
    }),
  }),
  SetParameters: object({
    number: { type: 'integer', minimum: 1, description: 'That of the newest, and one more' },
    valid_ms: { type: 'integer', minimum: 1, description: 'How long they hold' },
    per_payment: amount,
    count: {
      type: 'integer',
      minimum: 1,
      description: 'Offline payments that a terminal may hold',
    },
    exposure: amount,
    silence_ms: { type: 'integer', minimum: 1, description: 'How long without the issuer' },
    cover: amount,
    cool_off_ms: { type: 'integer', minimum: 1, description: 'Before money leaves a float' },
    claim_ms: { type: 'integer', minimum: 1, description: 'Before a lost payment comes back' },
  }),
  Beacon: object({
    epoch: bytes,
    'parameters?': bytes,
    status: listOf(bytes),
    as_of_index: index,
  }),
  Wallet: object({
    wallet,
    role,
    certificate: bytes,
    'terminal?': wallet,
    frozen: { type: 'boolean' },
    revoked: { type: 'boolean', description: 'Its key signs nothing any more' },
    asset,
    balance: amount,
    held: amount,
    as_of_index: index,
  }),
  Balance: object({ wallet, asset, balance: amount, held: amount, as_of_index: index }),
  AccountBalance: object({ account, asset, balance, held: amount, as_of_index: index }),
  Standing: object(standing),
  StatementLine: object({
    ...standing,
    id: text('Id of the group'),
    code: kind,
    at,
    change: balance,
  }),
  Statement: object({ wallet, ...statement }),
  AccountStatement: object({ account, ...statement }),
  Nothing: object({}),
  Certificate: object({ key: text('Key id'), wallet, role: text('Role'), certificate: bytes }),
  Issuance: moveMoney('iss'),
  Redemption: moveMoney('rdm'),
  Moved: object({ id: text('As in the request'), index, at }),
  ProposeMapping: object({
    proposal: idOf('prp', 'Made by the caller'),
    terminal: wallet,
    provider: wallet,
    replaces: { type: 'integer', minimum: 0 },
  }),
  Proposal: object({
    proposal: idOf('prp', 'A proposal'),
    terminal: wallet,
    provider: wallet,
    replaces: { type: 'integer', minimum: 0 },
    proposed_by: text('Operator'),
    'approved_by?': text('Operator'),
    state: { type: 'string', enum: ['open', 'approved', 'expired', 'stale'] },
    expires_at: at,
  }),
  MappingVersion: object({
    version: { type: 'integer', minimum: 1 },
    provider: wallet,
    certificate: bytes,
    index,
    proposal: idOf('prp', 'A proposal'),
  }),
  Mapping: object({
    terminal: wallet,
    versions: listOf(ref('MappingVersion')),
    as_of_index: index,
  }),
  Payment: object({ id: idOf('pay', 'A payment'), ...movement }),
  Settlement: object({ id: idOf('stl', 'A settlement'), ...movement }),
  Refund: object({ id: text('A refund, or the group of a VOID'), ...movement }),
  Refusal: object({ id: text('The group of the REFUSAL'), ...movement }),
  Entry: object({
    index,
    id: text('Id of the group'),
    code: kind,
    status,
    'refusal?': code,
    at,
    steps: listOf({ type: 'object', required: ['kind'] }),
    claims: listOf({ type: 'string' }),
    'sequence?': object({ series: text('Series'), number: { type: 'integer', minimum: 1 } }),
    fingerprint: hash,
    memo: bytes,
    previous_hash: hash,
    hash,
  }),
  Event: object({
    id: index,
    type: text('What has happened; an open set', { examples: ['settlement.posted'] }),
    timestamp: at,
    data: object({
      group: text('Id of the group'),
      status,
      'code?': code,
      'amount?': amount,
      'asset?': asset,
      'from?': wallet,
      'to?': wallet,
      'session?': idOf('ses', 'A session'),
      'bill?': idOf('bil', 'A bill'),
      'mapping_version?': { type: 'integer', minimum: 1 },
      'wallet?': wallet,
      'terminal?': wallet,
      'provider?': wallet,
      'proposal?': idOf('prp', 'A proposal'),
    }),
  }),
  Summary: object({
    asset,
    outstanding: balance,
    payers: balance,
    holding: balance,
    settlement: balance,
    providers: balance,
    difference: balance,
    payments: { type: 'integer' },
    settlements: { type: 'integer' },
    refunds: { type: 'integer' },
    as_of_index: index,
  }),
  Currency: object({ currency: text('ISO 4217'), asset, exponent: { type: 'integer' } }),
  ProblemKind: object({
    code,
    status: { type: 'integer' },
    retry: { type: 'string', enum: ['never', 'later', 'new-id'] },
    en: text('Title in English'),
    zh: text('Title in Chinese'),
  }),
};

const limit = { type: 'integer', minimum: 1, maximum: 500, default: 100 };
const cursor = text('`next` of the page before');
const paging = { limit, cursor };
const filters = { ...paging, terminal: wallet, wallet, status, code };
const query = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
});
const items = (name: string): Schema => object({ items: listOf(ref(name)) });

/** What one operation takes and answers. */
export type OperationSchema = {
  readonly summary: string;
  readonly status?: 201;
  readonly body?: Schema;
  readonly query?: Schema;
  readonly answer: Schema;
};

export const OPERATION_SCHEMAS: Readonly<Record<ApiOperationName, OperationSchema>> = {
  discover: { summary: 'What a party has to know of this issuer', answer: ref('Discovery') },
  openWallet: {
    summary: 'Certify a key and open the account of its wallet',
    status: 201,
    body: ref('OpenWallet'),
    answer: ref('Wallet'),
  },
  listWallets: { summary: 'All wallets', query: query(paging), answer: pageOf('Wallet') },
  getWallet: { summary: 'One wallet with its balance', answer: ref('Wallet') },
  getBalance: {
    summary: 'What was in a wallet as of an index; without one, as of now',
    query: query({ as_of_index: index }),
    answer: ref('Balance'),
  },
  getStatement: {
    summary: 'Every entry that changed a wallet, with opening and closing balance',
    query: query({ ...paging, after_index: index, as_of_index: index }),
    answer: ref('Statement'),
  },
  getAccountBalance: {
    summary: 'What was on an account of the ledger as of an index; without one, as of now',
    query: query({ as_of_index: index }),
    answer: ref('AccountBalance'),
  },
  getAccountStatement: {
    summary: 'Every entry that changed an account of the ledger',
    query: query({ ...paging, after_index: index, as_of_index: index }),
    answer: ref('AccountStatement'),
  },
  freezeWallet: {
    summary: 'Let nothing leave a wallet',
    body: ref('Nothing'),
    answer: ref('Wallet'),
  },
  unfreezeWallet: {
    summary: 'Lift the freeze of a wallet, or the suspension of a terminal',
    body: ref('Nothing'),
    answer: ref('Wallet'),
  },
  revokeKey: {
    summary: 'Revoke the key of a wallet that somebody else has frozen',
    body: ref('Nothing'),
    answer: ref('Wallet'),
  },
  getCertificate: { summary: 'The certificate of a key', answer: ref('Certificate') },
  issueMoney: {
    summary: 'Issue money into a payer wallet',
    status: 201,
    body: ref('Issuance'),
    answer: ref('Moved'),
  },
  redeemMoney: {
    summary: 'Take money back out of a wallet',
    status: 201,
    body: ref('Redemption'),
    answer: ref('Moved'),
  },
  proposeMapping: {
    summary: "Propose where a terminal's settlements go",
    status: 201,
    body: ref('ProposeMapping'),
    answer: ref('Proposal'),
  },
  listProposals: { summary: 'All proposals', query: query(paging), answer: pageOf('Proposal') },
  approveMapping: {
    summary: 'Bring a proposal of somebody else into force',
    body: ref('Nothing'),
    answer: ref('Proposal'),
  },
  getMapping: { summary: "All versions of a terminal's mapping", answer: ref('Mapping') },
  listPayments: { summary: 'Payments', query: query(filters), answer: pageOf('Payment') },
  listSettlements: { summary: 'Settlements', query: query(filters), answer: pageOf('Settlement') },
  listRefunds: { summary: 'Refunds', query: query(filters), answer: pageOf('Refund') },
  listRefusals: { summary: 'Refused bills', query: query(filters), answer: pageOf('Refusal') },
  listEntries: {
    summary: 'The ledger log',
    query: query({ ...paging, code: { type: 'string', enum: Object.values(CODES) } }),
    answer: pageOf('Entry'),
  },
  getEntry: { summary: 'One entry of the ledger log', answer: ref('Entry') },
  listEvents: {
    summary: 'What has happened; GET /v1/events/stream says it as it comes',
    query: query({
      ...paging,
      after: index,
      type: text('A type, or its first word'),
      session: idOf('ses', 'A session'),
      wallet,
    }),
    answer: pageOf('Event'),
  },
  getSummary: { summary: 'All the money there is', answer: ref('Summary') },
  setParameters: {
    summary: 'Sign what terminals may take offline',
    status: 201,
    body: ref('SetParameters'),
    answer: ref('Beacon'),
  },
  getBeacon: {
    summary: 'Epoch, stopped wallets and parameters, signed',
    answer: ref('Beacon'),
  },
  listCurrencies: { summary: 'Every currency of ISO 4217', answer: items('Currency') },
  listProblems: { summary: 'Every code of a problem', answer: items('ProblemKind') },
};

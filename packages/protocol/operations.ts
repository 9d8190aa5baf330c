import { ACCEPT, VOID } from './messages/accept.ts';
import { BILL, REFUSAL } from './messages/bill.ts';
import { METER } from './messages/meter.ts';
import { EPOCH, FORK, LOAD, PARAMETERS, STATUS_LIST, SYNC } from './messages/offline.ts';
import { OFFER } from './messages/offer.ts';
import { PAY } from './messages/pay.ts';
import { RECEIPT } from './messages/receipt.ts';
import { DRAW, REFUND, SETTLE } from './messages/settle.ts';

/** Every class of signed message but the certificate (certificate.ts). */
export const MESSAGES = {
  offer: OFFER,
  pay: PAY,
  accept: ACCEPT,
  void: VOID,
  meter: METER,
  bill: BILL,
  refusal: REFUSAL,
  draw: DRAW,
  settle: SETTLE,
  refund: REFUND,
  receipt: RECEIPT,
  load: LOAD,
  sync: SYNC,
  fork: FORK,
  parameters: PARAMETERS,
  epoch: EPOCH,
  status: STATUS_LIST,
} as const;

/**
 * What the issuer takes at its door for signed messages, POST /v1/messages: each is one file in
 * packages/issuer/operations.
 */
export const MESSAGE_OPERATIONS = {
  pay: PAY,
  void: VOID,
  settle: SETTLE,
  refund: REFUND,
  refusal: REFUSAL,
  load: LOAD,
  fork: FORK,
} as const;
export type MessageOperation = keyof typeof MESSAGE_OPERATIONS;

/** Who may call an operation of the JSON API. `person`: an operator's token. `anyone`: no token. */
export type Access = 'anyone' | 'person';

export type ApiOperation = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly access: Access;
  /** POSTs that change something take an Idempotency-Key. */
  readonly keyed: boolean;
};

const get = (path: string, access: Access = 'person'): ApiOperation => ({
  method: 'GET',
  path,
  access,
  keyed: false,
});
const post = (path: string): ApiOperation => ({
  method: 'POST',
  path,
  access: 'person',
  keyed: true,
});

/** The JSON API, for people's tools. Names, methods and paths; the bodies are in api.ts. */
export const API_OPERATIONS = {
  discover: get('/.well-known/coinbox', 'anyone'),
  openWallet: post('/v1/wallets'),
  listWallets: get('/v1/wallets'),
  getWallet: get('/v1/wallets/:wallet'),
  getBalance: get('/v1/wallets/:wallet/balance'),
  getStatement: get('/v1/wallets/:wallet/statement'),
  getAccountBalance: get('/v1/accounts/:account/balance'),
  getAccountStatement: get('/v1/accounts/:account/statement'),
  freezeWallet: post('/v1/wallets/:wallet/freeze'),
  unfreezeWallet: post('/v1/wallets/:wallet/unfreeze'),
  revokeKey: post('/v1/wallets/:wallet/revoke'),
  getCertificate: get('/v1/certificates/:key', 'anyone'),
  issueMoney: post('/v1/issuances'),
  redeemMoney: post('/v1/redemptions'),
  proposeMapping: post('/v1/mapping-proposals'),
  listProposals: get('/v1/mapping-proposals'),
  approveMapping: post('/v1/mapping-proposals/:proposal/approve'),
  getMapping: get('/v1/terminals/:wallet/mapping', 'anyone'),
  listPayments: get('/v1/payments'),
  listSettlements: get('/v1/settlements'),
  listRefunds: get('/v1/refunds'),
  listRefusals: get('/v1/refusals'),
  listEntries: get('/v1/entries'),
  getEntry: get('/v1/entries/:index'),
  listEvents: get('/v1/events'),
  getSummary: get('/v1/summary'),
  setParameters: post('/v1/parameters'),
  getBeacon: get('/v1/beacon', 'anyone'),
  listCurrencies: get('/v1/currencies', 'anyone'),
  listProblems: get('/v1/problems', 'anyone'),
} as const satisfies Record<string, ApiOperation>;
export type ApiOperationName = keyof typeof API_OPERATIONS;

/** The same events as they come, as server-sent events (spec/34-events.md). */
export const EVENT_STREAM_PATH = '/v1/events/stream';

/** RFC 9052 §10.2: the media type of a COSE_Sign1 message. */
export const MESSAGE_MEDIA_TYPE = 'application/cose; cose-type="cose-sign1"';
export const MESSAGE_PATH = '/v1/messages';

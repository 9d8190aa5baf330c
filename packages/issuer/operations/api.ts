import type { ApiOperationName, Result } from '@coinbox/protocol';
import type { Call, Context } from '../context.ts';
import { approveMapping } from './approve-mapping.ts';
import { getEntry, listEntries } from './entries.ts';
import { getBeacon, setParameters } from './beacon.ts';
import { freezeWallet, unfreezeWallet } from './freeze-wallet.ts';
import { getAccountBalance, getBalance } from './get-balance.ts';
import { getMapping } from './get-mapping.ts';
import { getAccountStatement, getStatement } from './get-statement.ts';
import { getSummary } from './get-summary.ts';
import { getWallet } from './get-wallet.ts';
import { listEvents } from './list-events.ts';
import { listPayments, listRefunds, listRefusals, listSettlements } from './list-movements.ts';
import { listProposals } from './list-proposals.ts';
import { listWallets } from './list-wallets.ts';
import { issueMoney, redeemMoney } from './move-money.ts';
import { openWallet } from './open-wallet.ts';
import { proposeMapping } from './propose-mapping.ts';
import { revokeKey } from './revoke-key.ts';
import { discover, getCertificate, listCurrencies, listProblems } from './public-facts.ts';

type JsonOperation = (context: Context, call: Call) => Promise<Result<unknown>>;

/** The functions behind API_OPERATIONS of the protocol, under the same names. */
export const API = {
  discover,
  openWallet,
  listWallets,
  getWallet,
  getBalance,
  getStatement,
  getAccountBalance,
  getAccountStatement,
  freezeWallet,
  unfreezeWallet,
  revokeKey,
  getCertificate,
  issueMoney,
  redeemMoney,
  proposeMapping,
  listProposals,
  approveMapping,
  getMapping,
  listPayments,
  listSettlements,
  listRefunds,
  listRefusals,
  listEntries,
  getEntry,
  listEvents,
  getSummary,
  setParameters,
  getBeacon,
  listCurrencies,
  listProblems,
} as const satisfies Record<ApiOperationName, JsonOperation>;
export type Api = typeof API;

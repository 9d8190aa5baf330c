import type { ApiOperationName, Result } from '@coinbox/protocol';
import type { Call, Context } from '../context.ts';
import { approveMapping } from './approve-mapping.ts';
import { getEntry, listEntries } from './entries.ts';
import { freezeWallet, unfreezeWallet } from './freeze-wallet.ts';
import { getMapping } from './get-mapping.ts';
import { getSummary } from './get-summary.ts';
import { getWallet } from './get-wallet.ts';
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
  getSummary,
  listCurrencies,
  listProblems,
} as const satisfies Record<ApiOperationName, JsonOperation>;
export type Api = typeof API;

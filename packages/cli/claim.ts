import {
  CLAIMS_PATH,
  ENROLMENTS_PATH,
  Fault,
  claimProof,
  plainClaimCode,
  rejectionOfProblem,
} from '@coinbox/protocol';
import type {
  ApprovedEnrolmentJson,
  ClaimTerminal,
  ClaimedKey,
  ClaimedTerminalJson,
  ClaimedWallet,
  EnrolmentJson,
  ProposeEnrolment,
  Result,
  Signer,
  WalletId,
} from '@coinbox/protocol';
import { createTerminalFolder, enrolTerminal } from '@coinbox/terminal';
import type { TerminalKeyOrder } from '@coinbox/terminal';
import { issuerClient, keyJson, keysOf, orFail, refuseInitialised, walletIds } from './enrol.ts';

// Enrolment of a terminal by a claim code (spec/19-enrolment.md).

const ANSWER_WITHIN_MS = 15_000;

/** POSTs JSON to the issuer. Faults: unreachable, answer-invalid. */
async function postJson<T>(
  url: string,
  path: string,
  body: unknown,
  token?: string,
): Promise<Result<T>> {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const answer = await fetch(url + path, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch((cause: unknown) => {
    throw new Fault('unreachable', `no answer from the issuer at ${url}`, cause);
  });
  const said: unknown = await answer.json().catch(() => undefined);
  if (answer.ok && said !== undefined) return { ok: true, value: said as T };
  const rejection = rejectionOfProblem(said);
  if (rejection) return { ok: false, rejection };
  throw new Fault('answer-invalid', `the issuer answered ${answer.status} without a code`);
}

/** Proposes what a new terminal is told. Throws RefusedError, Fault unreachable. */
export const proposeEnrolment = async (
  url: string,
  token: string,
  order: ProposeEnrolment,
): Promise<EnrolmentJson> =>
  orFail(await postJson(url, ENROLMENTS_PATH, order, token), 'the enrolment is not proposed');

/** Approves what somebody else has proposed; gives the code, this once. Throws RefusedError. */
export const approveEnrolment = async (
  url: string,
  token: string,
  proposal: string,
): Promise<ApprovedEnrolmentJson> =>
  orFail(
    await postJson(url, `${ENROLMENTS_PATH}/${encodeURIComponent(proposal)}/approve`, {}, token),
    'the enrolment is not approved',
  );

export type ClaimOrder = {
  readonly folder: string;
  readonly issuerUrl: string;
  readonly code: string;
  /** Where the keys are made. Default: in a file. */
  readonly keys?: TerminalKeyOrder;
};

/**
 * Makes a terminal's folder by a claim code: two keys, proof that they are here, and what the
 * issuer tells the terminal. Cut short, it can be run again with the same code. Gives the holding
 * wallet's id. Throws RefusedError, Faults already-initialised, config-invalid, token-failed,
 * unreachable.
 */
export async function claimTerminalFolder(order: ClaimOrder): Promise<WalletId> {
  const { folder, issuerUrl } = order;
  refuseInitialised(folder, 'terminal.json');
  const discovered = await issuerClient(issuerUrl).discover();
  const { network, asset, root, certificates } = orFail(discovered, 'the issuer does not answer');
  const store = keysOf(folder, () => createTerminalFolder(folder, order.keys));
  const ids = walletIds(folder, ['holding', 'settlement']);
  const [holding, settlement] = [store.signer('holding'), store.signer('settlement')];
  const claim = claimOf(network, order.code, [ids.holding, holding], [ids.settlement, settlement]);
  const told = orFail(
    await postJson<ClaimedTerminalJson>(issuerUrl, CLAIMS_PATH, claim),
    'the code is not taken',
  );
  const config = {
    network,
    asset,
    issuerUrl,
    brokerUrl: told.broker_url,
    root,
    certificates,
    holdingCertificate: told.holding_certificate,
    settlementCertificate: told.settlement_certificate,
    least: told.least,
    most: told.most,
  };
  enrolTerminal(folder, config, told.tariff);
  return ids.holding;
}

type Own = readonly [wallet: WalletId, signer: Signer];

/** A claim, with the proofs that both keys are here. */
export function claimOf(network: string, typed: string, holding: Own, settlement: Own) {
  const code = plainClaimCode(typed);
  const keyOf = ([wallet, { publicKey: key }]: Own): ClaimedKey => ({ wallet, key });
  const proof = claimProof(network, code, keyOf(holding), keyOf(settlement));
  const claimed = ([wallet, signer]: Own): ClaimedWallet => ({
    wallet,
    key: keyJson(signer.publicKey),
    proof: Buffer.from(signer.sign(proof)).toString('base64url'),
  });
  return {
    code,
    holding: claimed(holding),
    settlement: claimed(settlement),
  } satisfies ClaimTerminal;
}

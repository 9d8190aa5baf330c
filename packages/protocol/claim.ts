import type { PublicKeyJson } from './api.ts';
import { concatBytes, textBytes } from './bytes.ts';
import { encodeCbor } from './cbor.ts';
import type { WalletId } from './ids.ts';
import type { PublicKey } from './keys.ts';

// Enrolment of a terminal by a claim code (spec/19-enrolment.md).

export const ENROLMENTS_PATH = '/v1/enrolments';
export const CLAIMS_PATH = '/v1/claims';

/** What an operator wants a new terminal to be told. */
export type ProposeEnrolment = {
  /** Made by the caller; the mapping will have the same. */
  readonly proposal: string;
  /** The provider's wallet. */
  readonly provider: string;
  readonly broker_url: string;
  /** The tariff document, JSON as text. */
  readonly tariff: string;
  /** Smallest and largest payment of a session, minor units. */
  readonly least: string;
  readonly most: string;
};

export type EnrolmentJson = {
  readonly proposal: string;
  readonly provider: string;
  readonly proposed_by: string;
  readonly approved_by?: string;
  readonly expires_at: string;
};

/** The one answer in which the code stands. */
export type ApprovedEnrolmentJson = EnrolmentJson & { readonly code: string };

/** A wallet that a claim asks for, with the proof that its key is there: a signature, base64url. */
export type ClaimedWallet = {
  readonly wallet: string;
  readonly key: PublicKeyJson;
  readonly proof: string;
};

export type ClaimTerminal = {
  readonly code: string;
  readonly holding: ClaimedWallet;
  readonly settlement: ClaimedWallet;
};

/** All that a new terminal has to know, beside what the issuer tells everybody. */
export type ClaimedTerminalJson = Omit<ProposeEnrolment, 'proposal'> & {
  readonly terminal: string;
  readonly holding_certificate: string;
  readonly settlement_certificate: string;
  readonly mapping_version: number;
};

/** A code as it is hashed and signed: without spaces, in capitals. */
export const plainClaimCode = (text: string): string => text.replaceAll(/\s/g, '').toUpperCase();

/** A wallet and the key that is to be its own. */
export type ClaimedKey = { readonly wallet: WalletId; readonly key: PublicKey };

/**
 * What both keys of a claim sign: the code, both wallets and both keys, for this network alone. A
 * message can never be taken for it: an array of COSE begins with another byte.
 */
export const claimProof = (
  network: string,
  code: string,
  holding: ClaimedKey,
  settlement: ClaimedKey,
): Uint8Array =>
  concatBytes(
    textBytes('coinbox-claim/1\0'),
    encodeCbor([
      network,
      code,
      ...[holding, settlement].flatMap(({ wallet, key }) => [wallet, key.algorithm, key.bytes]),
    ]),
  );

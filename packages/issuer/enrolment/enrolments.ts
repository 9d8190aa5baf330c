import {
  accept,
  claimProof,
  encodeCbor,
  formatInstant,
  later,
  parseId,
  plainClaimCode,
  reject,
  sha256,
  verifySignature,
} from '@coinbox/protocol';
import type {
  ApprovedEnrolmentJson,
  ClaimedKey,
  ClaimedTerminalJson,
  Clock,
  EnrolmentJson,
  NetworkId,
  ProposalId,
  ProposeEnrolment,
  Rejected,
  Result,
} from '@coinbox/protocol';
import type { Issuer } from '../issuer.ts';
import { PROPOSAL_LIFE_MS } from '../operations/proposal-view.ts';
import { isGoodKey } from '../public-key.ts';
import { amount, bytes, id, needed, object, publicKey, text, toBase64url } from '../read.ts';
import type { Body } from '../read.ts';
import { SECRET_LETTERS, hashOfCode, makeClaimCode, proposalOfCode } from './claim-code.ts';
import { refuseClaim } from './decide-claim.ts';
import type { Enrolment, EnrolmentBook } from './enrolment-book.ts';

/**
 * Terminals enrol themselves by a code that two operators have agreed to (spec/19-enrolment.md).
 * Wallets and mapping are opened by the operations for them, in the names of the two.
 */
export interface Enrolments {
  /**
   * Rejects: malformed-…, parameter-invalid, amount-…, wallet-unknown, id-reused.
   */
  propose(body: unknown, person: string): Promise<Result<EnrolmentJson>>;
  /**
   * The code, this once. Rejects: parameter-invalid, proposal-unknown, approval-same-person,
   * claim-code-shown, proposal-expired.
   */
  approve(proposal: string, person: string): Result<ApprovedEnrolmentJson>;
  /**
   * Rejects: malformed-…, parameter-invalid, key-invalid, claim-code-…, signature-invalid, and as
   * the opening of a wallet does.
   */
  claim(body: unknown): Promise<Result<ClaimedTerminalJson>>;
}

export type EnrolmentsParts = {
  readonly network: NetworkId;
  readonly book: EnrolmentBook;
  readonly issuer: Pick<Issuer, 'call'>;
  readonly clock: Clock;
  readonly random: (bytes: number) => Uint8Array;
};

/** How long a code is good. */
export const CODE_LIFE_MS = 24 * 3_600_000;
/** A tariff document has its place in a request of 64 KiB. */
const MOST_TARIFF_CHARACTERS = 32_768;
const MOST_URL_CHARACTERS = 500;

const readProposal = object({
  proposal: needed(id('proposal')),
  provider: needed(id('wallet')),
  broker_url: needed(text),
  tariff: needed(text),
  least: needed(amount),
  most: needed(amount),
});
const wallet = object({
  wallet: needed(id('wallet')),
  key: needed(publicKey),
  proof: needed(bytes),
});
const claimFields = {
  code: needed(text),
  holding: needed(wallet),
  settlement: needed(wallet),
} as const;
const readClaim = object(claimFields);
type Claiming = Body<typeof claimFields>;

export function createEnrolments(parts: EnrolmentsParts): Enrolments {
  return {
    propose: (body, person) => propose(parts, body, person),
    approve: (proposal, person) => approve(parts, proposal, person),
    claim: (body) => claim(parts, body),
  };
}

async function propose(
  { book, issuer, clock }: EnrolmentsParts,
  body: unknown,
  person: string,
): Promise<Result<EnrolmentJson>> {
  const read = readProposal(body);
  if (!read.ok) return read;
  const { proposal, provider, broker_url, tariff, least, most } = read.value;
  if (broker_url.length > MOST_URL_CHARACTERS) return reject('parameter-invalid', '/broker_url');
  if (tariff.length > MOST_TARIFF_CHARACTERS) return reject('parameter-invalid', '/tariff');
  if (least > most) return reject('parameter-invalid', '/least');
  const known = await issuer.call('getWallet', { parameter: provider, query: {}, person });
  if (!known.ok) return known;
  if (known.value.role !== 'provider') return reject('wallet-unknown', 'provider');
  const limits = { least: least.toString(), most: most.toString() };
  const wanted: ProposeEnrolment = { proposal, provider, broker_url, tariff, ...limits };
  const before = book.find(proposal);
  if (!before) book.add(wanted, person, later(clock.now(), PROPOSAL_LIFE_MS));
  else if (JSON.stringify(before.wanted) !== JSON.stringify(wanted)) return reject('id-reused');
  return accept(enrolmentJson(book.find(proposal) as Enrolment));
}

function approve(
  { book, clock, random }: EnrolmentsParts,
  text: string,
  person: string,
): Result<ApprovedEnrolmentJson> {
  const proposal = parseId('proposal', text);
  if (!proposal.ok) return proposal;
  const found = book.find(proposal.value);
  if (!found) return reject('proposal-unknown');
  if (found.proposedBy === person) return reject('approval-same-person');
  if (found.approvedBy !== undefined) return reject('claim-code-shown');
  const now = clock.now();
  if (now >= found.expiresAt) return reject('proposal-expired');
  const code = makeClaimCode(proposal.value, random(SECRET_LETTERS));
  book.approve(proposal.value, person, hashOfCode(code), later(now, CODE_LIFE_MS));
  return accept({ ...enrolmentJson(book.find(proposal.value) as Enrolment), code });
}

const enrolmentJson = ({
  wanted,
  proposedBy,
  approvedBy,
  expiresAt,
}: Enrolment): EnrolmentJson => ({
  proposal: wanted.proposal,
  provider: wanted.provider,
  proposed_by: proposedBy,
  ...(approvedBy !== undefined && { approved_by: approvedBy }),
  expires_at: formatInstant(expiresAt),
});

async function claim(parts: EnrolmentsParts, body: unknown): Promise<Result<ClaimedTerminalJson>> {
  const { book, clock, network } = parts;
  const read = readClaim(body);
  if (!read.ok) return read;
  const { holding, settlement } = read.value;
  if (!isGoodKey(holding.key) || !isGoodKey(settlement.key)) return reject('key-invalid');
  const code = plainClaimCode(read.value.code);
  const proposal = proposalOfCode(code);
  const enrolment = proposal && book.find(proposal);
  if (!proposal || !enrolment) return reject('claim-code-unknown');
  const claimHash = hashOfClaim(holding, settlement);
  const refused = refuseClaim(enrolment, { codeHash: hashOfCode(code), claimHash }, clock.now());
  if (refused) {
    const isWrong = enrolment.codeHash && refused.rejection.code === 'claim-code-unknown';
    if (isWrong) book.countWrong(proposal);
    return refused;
  }
  const proof = claimProof(network, code, holding, settlement);
  const isProven = [holding, settlement].every((one) => verifySignature(one.key, proof, one.proof));
  if (!isProven) return reject('signature-invalid');
  // Commit point: from here on the code is these wallets' own; a repeat goes on where this ends.
  if (!book.claim(proposal, claimHash)) return reject('claim-code-used');
  return open(parts, proposal, enrolment, read.value, claimHash);
}

const hashOfClaim = (...keys: readonly ClaimedKey[]): Uint8Array =>
  sha256(encodeCbor(keys.flatMap(({ wallet, key }) => [wallet, key.algorithm, key.bytes])));

/** Opens wallets and mapping. Each is done once, however often it is asked for. */
async function open(
  { book, issuer }: EnrolmentsParts,
  proposal: ProposalId,
  { wanted, proposedBy, approvedBy = '' }: Enrolment,
  { holding, settlement }: Claiming,
  claimHash: Uint8Array,
): Promise<Result<ClaimedTerminalJson>> {
  const opening = (role: string, one: ClaimedKey, terminal?: string) => ({
    query: {},
    person: proposedBy,
    body: {
      wallet: one.wallet,
      role,
      key: { algorithm: one.key.algorithm, bytes: toBase64url(one.key.bytes) },
      ...(terminal !== undefined && { terminal }),
    },
  });
  const terminal = holding.wallet;
  const failed = (rejected: Rejected): Rejected => {
    book.release(proposal, claimHash);
    return rejected;
  };
  const first = await issuer.call('openWallet', opening('holding', holding));
  if (!first.ok) return failed(first);
  const second = await issuer.call('openWallet', opening('settlement', settlement, terminal));
  if (!second.ok) return failed(second);
  const asked = { proposal, terminal, provider: wanted.provider, replaces: 0 };
  const proposing = { query: {}, person: proposedBy, body: asked };
  const proposed = await issuer.call('proposeMapping', proposing);
  if (!proposed.ok) return proposed;
  const approving = { parameter: proposal, query: {}, person: approvedBy, body: {} };
  const mapped = await issuer.call('approveMapping', approving);
  if (!mapped.ok) return mapped;
  const { proposal: _, ...told } = wanted;
  return accept({
    ...told,
    terminal,
    holding_certificate: first.value.certificate,
    settlement_certificate: second.value.certificate,
    mapping_version: 1,
  });
}

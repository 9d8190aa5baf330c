import { formatInstant } from '@coinbox/protocol';
import type { Instant, ProposalJson } from '@coinbox/protocol';
import type { Registry } from '../registry/registry.ts';
import type { Proposal } from '../registry/nouns.ts';

/** How long a proposal waits for its approval. */
export const PROPOSAL_LIFE_MS = 24 * 3_600_000;

/** The version of the mapping in force; 0 where there is none. */
export const versionInForce = (registry: Registry, terminal: Proposal['terminal']): number =>
  registry.currentMapping(terminal)?.version ?? 0;

/** What may become of a proposal. `approved` stays, whatever came later. */
export function stateOf(
  registry: Registry,
  proposal: Proposal,
  now: Instant,
): ProposalJson['state'] {
  if (proposal.approvedBy !== undefined) return 'approved';
  if (versionInForce(registry, proposal.terminal) !== proposal.replaces) return 'stale';
  return now >= proposal.expiresAt ? 'expired' : 'open';
}

export const proposalJson = (
  registry: Registry,
  proposal: Proposal,
  now: Instant,
): ProposalJson => ({
  proposal: proposal.proposal,
  terminal: proposal.terminal,
  provider: proposal.provider,
  replaces: proposal.replaces,
  proposed_by: proposal.proposedBy,
  ...(proposal.approvedBy !== undefined && { approved_by: proposal.approvedBy }),
  state: stateOf(registry, proposal, now),
  expires_at: formatInstant(proposal.expiresAt),
});

import { accept } from '@coinbox/protocol';
import type { Page, ProposalJson, Result } from '@coinbox/protocol';
import type { Call, Context } from '../context.ts';
import { pageOf, readPageQuery } from '../page.ts';
import { proposalJson } from './proposal-view.ts';

/** Proposals in the order in which they were made. Rejects: parameter-…, cursor-invalid. */
export async function listProposals(
  { registry, cursors, clock }: Context,
  call: Call,
): Promise<Result<Page<ProposalJson>>> {
  const asked = readPageQuery('proposals', call.query, {}, cursors);
  if (!asked.ok) return asked;
  const { after, limit, scope } = asked.value;
  const proposals = registry.proposals(after, limit);
  const last = proposals.length === limit ? proposals.at(-1)?.index : undefined;
  const items = proposals.map((one) => proposalJson(registry, one, clock.now()));
  return accept(pageOf(items, registry.appliedIndex, last, scope, cursors));
}

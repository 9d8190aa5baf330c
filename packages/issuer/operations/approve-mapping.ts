import { accept, assert, encodeCbor, parseId, reject, sha256 } from '@coinbox/protocol';
import type { ProposalJson, Result } from '@coinbox/protocol';
import { mappingGroup, mappingSeries } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { post } from '../context.ts';
import type { Call, Context } from '../context.ts';
import { encodeMemo } from '../memo.ts';
import { object } from '../read.ts';
import type { Proposal } from '../registry/nouns.ts';
import { proposalJson, stateOf } from './proposal-view.ts';

const readBody = object({});

/**
 * Brings a proposed mapping into force. Rejects: malformed-…, parameter-invalid, proposal-unknown,
 * approval-same-person, proposal-stale, proposal-expired.
 */
export async function approveMapping(context: Context, call: Call): Promise<Result<ProposalJson>> {
  const { registry, locks } = context;
  const body = readBody(call.body);
  if (!body.ok) return body;
  const id = parseId('proposal', call.parameter);
  if (!id.ok) return id;
  const found = registry.proposal(id.value);
  if (!found) return reject('proposal-unknown');
  return locks.run([found.terminal], async () => {
    const proposal = registry.proposal(id.value);
    assert(proposal, `the proposal ${id.value} does not go away`);
    const ruled = await approve(context, proposal, call.person);
    if (ruled) return ruled;
    const approved = registry.proposal(id.value);
    assert(approved, `the proposal ${id.value} does not go away`);
    return accept(proposalJson(registry, approved, context.clock.now()));
  });
}

async function approve(context: Context, proposal: Proposal, person: string) {
  const { terminal, provider, replaces, proposal: id, proposedBy } = proposal;
  const state = stateOf(context.registry, proposal, context.clock.now());
  if (person === proposedBy) return reject('approval-same-person');
  if (state === 'approved') return undefined;
  if (state === 'stale') return reject('proposal-stale');
  if (state === 'expired') return reject('proposal-expired');
  const version = replaces + 1;
  const posted = await post(context, {
    id: mappingGroup(terminal, version),
    code: CODES.mapping,
    fingerprint: sha256(encodeCbor([CODES.mapping, id, version])),
    steps: [],
    sequence: { series: mappingSeries(terminal), number: version },
    memo: encodeMemo({
      terminal,
      provider,
      mappingVersion: version,
      proposal: id,
      person: proposedBy,
      approver: person,
      request: new Uint8Array(),
    }),
  });
  return posted.ok ? undefined : posted;
}

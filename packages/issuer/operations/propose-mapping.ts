import { accept, assert, encodeCbor, equalBytes, later, reject, sha256 } from '@coinbox/protocol';
import type { ProposalJson, Result } from '@coinbox/protocol';
import { CODES } from '../codes.ts';
import { post } from '../context.ts';
import type { Call, Context } from '../context.ts';
import { encodeMemo } from '../memo.ts';
import { id, needed, object, whole } from '../read.ts';
import type { Body } from '../read.ts';
import { PROPOSAL_LIFE_MS, proposalJson, versionInForce } from './proposal-view.ts';

const fields = {
  proposal: needed(id('proposal')),
  terminal: needed(id('wallet')),
  provider: needed(id('wallet')),
  replaces: needed(whole),
} as const;
const readBody = object(fields);

/**
 * Proposes that a terminal's settlements go to a provider; another person has to approve it.
 * Rejects: malformed-…, parameter-invalid, id-reused, terminal-unknown, wallet-unknown,
 * proposal-stale.
 */
export async function proposeMapping(context: Context, call: Call): Promise<Result<ProposalJson>> {
  const read = readBody(call.body);
  if (!read.ok) return read;
  const { terminal } = read.value;
  return context.locks.run([terminal], () => propose(context, read.value, call.person));
}

async function propose(context: Context, wanted: Body<typeof fields>, person: string) {
  const { ledger, registry, clock } = context;
  const { proposal, terminal, provider, replaces } = wanted;
  const now = clock.now();
  const fingerprint = sha256(encodeCbor([CODES.proposal, proposal, terminal, provider, replaces]));
  const known = await ledger.entryOf(proposal);
  if (known && !equalBytes(known.fingerprint, fingerprint)) return reject('id-reused');
  if (!known) {
    if (registry.wallet(terminal)?.role !== 'holding') return reject('terminal-unknown');
    if (registry.wallet(provider)?.role !== 'provider') return reject('wallet-unknown', 'provider');
    const inForce = versionInForce(registry, terminal);
    if (inForce !== replaces) return reject('proposal-stale', `version ${inForce} is in force`);
    const expiresAt = later(now, PROPOSAL_LIFE_MS);
    const facts = { proposal, terminal, provider, replaces, person, expiresAt };
    const posted = await post(context, {
      id: proposal,
      code: CODES.proposal,
      fingerprint,
      steps: [],
      claims: [proposal],
      memo: encodeMemo({ ...facts, request: new Uint8Array() }),
    });
    if (!posted.ok) return posted;
  }
  const record = registry.proposal(proposal);
  assert(record, `the registry has the proposal ${proposal}`);
  return accept(proposalJson(registry, record, now));
}

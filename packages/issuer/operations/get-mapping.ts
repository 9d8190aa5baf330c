import { accept, assert, reject } from '@coinbox/protocol';
import type { MappingJson, Result } from '@coinbox/protocol';
import type { Call, Context } from '../context.ts';
import { noQuery } from '../page.ts';
import { toBase64url } from '../read.ts';
import { findWallet } from './wallet-view.ts';

/** All versions of a terminal's mapping. Rejects: parameter-…, terminal-unknown. */
export async function getMapping(context: Context, call: Call): Promise<Result<MappingJson>> {
  const { registry } = context;
  const query = noQuery(call.query);
  if (!query.ok) return query;
  const found = findWallet(context, call, 'terminal-unknown');
  if (!found.ok) return found;
  if (found.value.role !== 'holding') return reject('terminal-unknown');
  const terminal = found.value.wallet;
  const versions = registry.mappings(terminal).map(({ version, provider, index, proposal }) => {
    const wallet = registry.wallet(provider);
    assert(wallet, `the provider ${provider} of a mapping is known`);
    const certificate = toBase64url(wallet.certificate.bytes);
    return { version, provider, certificate, index, proposal };
  });
  return accept({ terminal, versions, as_of_index: registry.appliedIndex });
}

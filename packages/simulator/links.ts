import { createMemoryLinks } from '@coinbox/link';
import type { Link, LinkOptions, MemoryLinks } from '@coinbox/link';
import type { WalletId } from '@coinbox/protocol';
import type { Network } from './network.ts';
import type { Schedule } from './schedule.ts';

/** The links between terminals and providers, over the network of a run. */
export interface Links {
  openTerminal(options: LinkOptions): Link;
  openProvider(options: LinkOptions): Link;
  /** A party is dead: it sends nothing and takes nothing until it opens a link again. */
  silence(own: WalletId): void;
}

/** What is not acknowledged is sent again after this. */
const RETRY_MS = 2_000;

/**
 * A party of memory links has one link. A terminal has one to each provider, so each provider has
 * links of its own here.
 */
export function createLinks(
  network: Network,
  schedule: Schedule,
  providers: readonly WalletId[],
  nameOf: (wallet: WalletId) => string,
): Links {
  const all = new Map<WalletId, MemoryLinks>(
    providers.map((provider) => {
      const links = createMemoryLinks({
        carry: ({ from, to, arrive }) =>
          network.carry(nameOf(from), nameOf(to), 'envelope', arrive),
      });
      return [provider, links];
    }),
  );
  const retry = (): void => {
    schedule.after(RETRY_MS, 'links try again', () => {
      for (const links of all.values()) links.retry();
      retry();
    });
  };
  retry();
  const of = (provider: WalletId | undefined): MemoryLinks => {
    const links = provider && all.get(provider);
    if (!links) throw new Error(`bug: no links of ${provider}`);
    return links;
  };
  return {
    openTerminal: (options) =>
      of(options.peers === 'any' ? undefined : options.peers[0]).open(options),
    openProvider: (options) => of(options.own).open(options),
    silence(own) {
      for (const links of all.values()) links.setConnected(own, false);
    },
  };
}

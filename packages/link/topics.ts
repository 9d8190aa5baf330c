// pure
import { accept, parseId, reject } from '@coinbox/protocol';
import type { Result, WalletId } from '@coinbox/protocol';
import type { LinkSide } from './link.ts';

/** Content type of what is published on a link. */
export const LINK_MEDIA_TYPE = 'application/vnd.coinbox.link';

/** `up`: terminal to provider; `down`: provider to terminal. */
export type LinkTopic = {
  readonly provider: WalletId;
  readonly terminal: WalletId;
  readonly direction: 'up' | 'down';
};

/** `coinbox/1/{provider}/{terminal}/up` or `…/down`. `+` for the terminal makes a filter. */
export const linkTopic = (
  provider: WalletId,
  terminal: WalletId | '+',
  direction: 'up' | 'down',
): string => `coinbox/1/${provider}/${terminal}/${direction}`;

/** Who published a topic of a link, and for whom. Rejects parameter-invalid. */
export function readLinkTopic(topic: string): Result<LinkTopic> {
  const [network, version, first, second, direction, ...rest] = topic.split('/');
  const provider = parseId('wallet', first);
  if (!provider.ok) return provider;
  const terminal = parseId('wallet', second);
  if (!terminal.ok) return terminal;
  if (network !== 'coinbox' || version !== '1' || rest.length > 0) {
    return reject('parameter-invalid', 'not a topic of a link');
  }
  if (direction !== 'up' && direction !== 'down') return reject('parameter-invalid', 'direction');
  return accept({ provider: provider.value, terminal: terminal.value, direction });
}

/** The topics that one side takes messages from. */
export const inboundFilters = (
  side: LinkSide,
  own: WalletId,
  peers: readonly WalletId[] | 'any',
): readonly string[] =>
  side === 'provider'
    ? [linkTopic(own, '+', 'up')]
    : (peers === 'any' ? [] : peers).map((provider) => linkTopic(provider, own, 'down'));

/** The topic that one side publishes on for a peer. */
export const outboundTopic = (side: LinkSide, own: WalletId, peer: WalletId): string =>
  side === 'terminal' ? linkTopic(peer, own, 'up') : linkTopic(own, peer, 'down');

/**
 * Where a link of its own connection says `online` (retained) and its will `offline`: a terminal
 * below the topic that it may publish on, with its first provider; a provider below its own name.
 */
export const statusTopic = (
  side: LinkSide,
  own: WalletId,
  peers: readonly WalletId[] | 'any',
): string =>
  side === 'terminal' && peers !== 'any' && peers[0]
    ? `${linkTopic(peers[0], own, 'up')}/status`
    : `coinbox/1/${own}/status`;

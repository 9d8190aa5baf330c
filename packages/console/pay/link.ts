import { parseId } from '@coinbox/protocol';
import { fromBase64url, toBase64url } from '../shared/base64url.ts';

/** What a machine's QR code says to a payer's page, in the fragment of its address. */
export type PayLink = {
  /** Address of the terminal, without a slash at its end. */
  readonly terminal: string;
  /** The signed offer, where the code was made for one. */
  readonly offer?: Uint8Array;
  /** Only in a demo: who gives wallets and money to visitors. */
  readonly desk?: string;
};

/** Over TLS, or on this machine. */
const isGoodAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, search, hash } = new URL(text);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1');
  return isSafe && username === '' && search === '' && hash === '' && !text.endsWith('/');
};

/** The last part of a terminal's address is the id of its holding wallet. */
const namesWallet = (text: string): boolean => parseId('wallet', text.split('/').at(-1)).ok;

/** Reads a fragment with or without its `#`; undefined where it names no terminal to go to. */
export function readPayLink(fragment: string): PayLink | undefined {
  const words = new URLSearchParams(fragment.replace(/^#/, ''));
  const [terminal, offer, desk] = ['t', 'o', 'desk'].map((name) => words.get(name) ?? undefined);
  if (!terminal || !isGoodAddress(terminal) || !namesWallet(terminal)) return undefined;
  const bytes = offer ? fromBase64url(offer) : new Uint8Array();
  return {
    terminal,
    ...(bytes.length > 0 && { offer: bytes }),
    ...(desk && isGoodAddress(desk) && { desk }),
  };
}

/** The fragment of a link, with its `#`. */
export function payFragment({ terminal, offer, desk }: PayLink): string {
  const words = new URLSearchParams({ t: terminal });
  if (offer) words.set('o', toBase64url(offer));
  if (desk) words.set('desk', desk);
  return `#${words}`;
}

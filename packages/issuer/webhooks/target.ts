import { accept, reject } from '@coinbox/protocol';
import type { Result } from '@coinbox/protocol';
import { BlockList, isIP } from 'node:net';

/** Networks that are not the public Internet (IANA special-purpose address registries). */
const IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** All of IPv6 is closed but 2000::/3, and in that what leads back to IPv4 or to nowhere. */
const IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const listOf = (networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
};
const closed4 = listOf(IPV4, 'ipv4');
const closed6 = listOf(IPV6, 'ipv6');
const open6 = listOf(['2000::/3'], 'ipv6');

/** Is it an address on the public Internet? An IPv4 address inside IPv6 is not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closed4.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  return open6.check(address, 'ipv6') && !closed6.check(address, 'ipv6');
}

const MOST_URL = 2_048;

/**
 * The address of an endpoint. Rejects webhook-url-forbidden: not https, with a name or a password
 * in it, an IP address that is not public, a host that is local by its name. `anywhere`: http and
 * every host may be used; what a name leads to is looked at again when it is connected to.
 */
export function readWebhookUrl(text: string, anywhere = false): Result<URL> {
  const url = text.length <= MOST_URL && URL.canParse(text) ? new URL(text) : undefined;
  const no = (detail: string) => reject('webhook-url-forbidden', detail);
  if (!url) return no('not an address');
  const isWeb = url.protocol === 'https:' || (anywhere && url.protocol === 'http:');
  if (!isWeb) return no('https is needed');
  if (url.username !== '' || url.password !== '') return no('a name or a password in it');
  if (url.hash !== '') return no('a fragment in it');
  if (anywhere) return accept(url);
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) return no('not a public address');
  const isLocal = /(?:^|\.)(?:localhost|local|internal|lan|home|corp|intranet)$/i.test(host);
  const isBare = isIP(host) === 0 && !host.includes('.');
  return isLocal || isBare ? no('a local name') : accept(url);
}

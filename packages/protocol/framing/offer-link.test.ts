import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeCbor } from '../cbor.ts';
import type { CborValue } from '../cbor.ts';
import type { RejectionCode } from '../rejections.ts';
import { exampleMessages, exampleParties } from '../testing.ts';
import { formatOfferLink, parseOfferLink } from './offer-link.ts';

const short = { url: 'http://t/', offer: Uint8Array.of(1), certificate: Uint8Array.of(2) };
const linkOf = (fields: readonly (readonly [number, CborValue])[]): string =>
  'coinbox:' + Buffer.from(encodeCbor(new Map(fields))).toString('base64url');
const fields: readonly (readonly [number, CborValue])[] = [
  [1, 1],
  [2, short.url],
  [3, short.offer],
  [4, short.certificate],
];
const withUrl = (url: string): string => linkOf([[1, 1], [2, url], ...fields.slice(2)]);

describe('an offer link', () => {
  it('is the scheme and CBOR in base64url', () => {
    // {1: 1, 2: "http://t/", 3: h'01', 4: h'02'}
    const cbor = 'a4' + '0101' + '0269' + Buffer.from('http://t/').toString('hex') + '034101044102';
    const text = 'coinbox:' + Buffer.from(cbor, 'hex').toString('base64url');
    assert.equal(formatOfferLink(short), text);
    assert.deepEqual(parseOfferLink(text), { ok: true, value: short });
  });

  it('fits a QR code with an OFFER, a certificate and an address of 100 characters', (t) => {
    const parties = exampleParties();
    const link = formatOfferLink({
      url: `https://${'a'.repeat(91)}/`,
      offer: exampleMessages(parties).offer.bytes,
      certificate: parties.holding.certificate.bytes,
    });
    t.diagnostic(`offer link ${link.length} characters`);
    assert.ok(parseOfferLink(link).ok);
  });

  const good = formatOfferLink(short);
  const wrong: readonly [string, string, RejectionCode][] = [
    ['nothing', '', 'malformed-value'],
    ['the scheme alone', 'coinbox:', 'malformed-empty'],
    ['another scheme', good.replace('coinbox:', 'bitcoin:'), 'malformed-value'],
    ['the scheme in capitals', good.replace('coinbox:', 'COINBOX:'), 'malformed-value'],
    ['an address of the web', 'https://example.org/', 'malformed-value'],
    ['two slashes', good.replace(':', '://'), 'malformed-text'],
    ['a space', good.replace(':', ': '), 'malformed-text'],
    ['padding', `${good}=`, 'malformed-text'],
    ['base64 that is not for URLs', 'coinbox:++++', 'malformed-text'],
    ['a cut', good.slice(0, -4), 'malformed-truncated'],
    ['something behind it', `${good}AAAA`, 'malformed-trailing'],
    ['998 characters', good.padEnd(998, 'A'), 'too-large'],
    ['no map', 'coinbox:AQ', 'malformed-type'],
    ['another version', linkOf([[1, 2], ...fields.slice(1)]), 'unsupported-version'],
    ['no OFFER', linkOf(fields.filter(([key]) => key !== 3)), 'malformed-missing-field'],
    ['a field more', linkOf([...fields, [5, 1]]), 'malformed-unknown-field'],
    [
      'an OFFER that is a text',
      linkOf([...fields.slice(0, 2), [3, 'x'], [4, 'y']]),
      'malformed-type',
    ],
    ['a relative address', withUrl('/carrier'), 'malformed-value'],
    ['an address of a file', withUrl('file:///etc/passwd'), 'malformed-value'],
    ['a script', withUrl('javascript:alert(1)'), 'malformed-value'],
    ['a name', withUrl('https://a@t/'), 'malformed-value'],
    ['a password', withUrl('https://:b@t/'), 'malformed-value'],
    ['a fragment', withUrl('https://t/#a'), 'malformed-value'],
    ['a host in capitals', withUrl('https://T/'), 'malformed-value'],
    ['an address too long', withUrl(`https://t/${'a'.repeat(200)}`), 'malformed-value'],
  ];
  for (const [title, text, code] of wrong) {
    it(`with ${title} is rejected with ${code}`, () => {
      const parsed = parseOfferLink(text);
      assert.equal(!parsed.ok && parsed.rejection.code, code);
    });
  }
});

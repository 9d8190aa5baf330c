import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isPublicAddress, readWebhookUrl } from './target.ts';

const open = ['8.8.8.8', '1.1.1.1', '172.32.0.1', '11.0.0.1', '2606:4700:4700::1111', '2a00::1'];
const closed = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.168.1.1',
  '198.18.0.1',
  '203.0.113.9',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  'fc00::1',
  'fd12::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  '2001:db8::1',
  '2002:7f00:1::1',
  '',
  'example.com',
  '0x7f000001',
  '127.1',
];

describe('isPublicAddress()', () => {
  for (const address of open) {
    test(`takes ${address}`, () => assert.ok(isPublicAddress(address)));
  }
  for (const address of closed) {
    test(`refuses "${address}"`, () => assert.ok(!isPublicAddress(address)));
  }
});

describe('readWebhookUrl()', () => {
  for (const text of ['https://hooks.example.com/a?b=1', 'https://8.8.8.8:8443/']) {
    test(`takes ${text}`, () => {
      const read = readWebhookUrl(text);
      assert.equal(read.ok && read.value.href, text);
    });
  }
  const bad = [
    'http://hooks.example.com/',
    'file:///etc/passwd',
    'ftp://example.com/',
    'https://user@example.com/',
    'https://:secret@example.com/',
    'https://example.com/#part',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/',
    'https://localhost./',
    'https://a.localhost/',
    'https://printer.local/',
    'https://metadata.google.internal/',
    'https://intranet/',
    'example.com',
    '',
    `https://example.com/${'x'.repeat(2_048)}`,
  ];
  for (const text of bad) {
    test(`refuses ${text.slice(0, 60) || 'nothing'}`, () => {
      const read = readWebhookUrl(text);
      assert.equal(read.ok ? 'taken' : read.rejection.code, 'webhook-url-forbidden');
    });
  }

  test('takes http and any host where that was configured, and nothing but the web', () => {
    assert.ok(readWebhookUrl('http://127.0.0.1:8000/hook', true).ok);
    assert.ok(!readWebhookUrl('file:///etc/passwd', true).ok);
    assert.ok(!readWebhookUrl('http://user:secret@127.0.0.1/', true).ok);
  });
});

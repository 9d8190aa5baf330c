import assert from 'node:assert/strict';
import { test } from 'node:test';
import { payFragment, readPayLink } from './link.ts';

const wallet = 'wal_01MCC5RM00CBENHX299KFZC1R7';
const terminal = `https://machines.example/${wallet}`;
const here = `http://127.0.0.1:7500/${wallet}`;

test('a link to a machine is read as it was written', () => {
  const links = [
    { terminal },
    { terminal: here, desk: 'http://127.0.0.1:7600' },
    { terminal, offer: Uint8Array.of(0xd2, 0x84, 0xff) },
  ];
  for (const link of links) assert.deepEqual(readPayLink(payFragment(link)), link);
});

const refused: readonly [why: string, fragment: string][] = [
  ['nothing', ''],
  ['no terminal', '#o=0oQ'],
  ['no address', '#t=machine'],
  ['no TLS', `#t=${encodeURIComponent(`http://machines.example/${wallet}`)}`],
  ['another scheme', `#t=${encodeURIComponent(`javascript:alert(1)//${wallet}`)}`],
  ['no wallet', `#t=${encodeURIComponent('https://machines.example/face')}`],
  ['a query', `#t=${encodeURIComponent(`${terminal}?x=/${wallet}`)}`],
  ['a password', `#t=${encodeURIComponent(`https://a:b@machines.example/${wallet}`)}`],
];

for (const [why, fragment] of refused) {
  test(`readPayLink() refuses a link with ${why}`, () => {
    assert.equal(readPayLink(fragment), undefined);
  });
}

test('readPayLink() leaves out an offer that cannot be read and a desk that is not safe', () => {
  const fragment = `#t=${encodeURIComponent(terminal)}&o=***&desk=http%3A%2F%2Fdesk.example`;
  assert.deepEqual(readPayLink(fragment), { terminal });
});

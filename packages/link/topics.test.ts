import assert from 'node:assert/strict';
import { test } from 'node:test';
import { walletOf } from './fixtures.ts';
import { inboundFilters, linkTopic, outboundTopic, readLinkTopic, statusTopic } from './topics.ts';

const [provider, terminal] = [walletOf(1), walletOf(2)];

test('a topic names the provider, then the terminal, then the direction', () => {
  assert.equal(
    outboundTopic('terminal', terminal, provider),
    `coinbox/1/${provider}/${terminal}/up`,
  );
  assert.equal(
    outboundTopic('provider', provider, terminal),
    `coinbox/1/${provider}/${terminal}/down`,
  );
  assert.deepEqual(readLinkTopic(linkTopic(provider, terminal, 'up')), {
    ok: true,
    value: { provider, terminal, direction: 'up' },
  });
});

test('a provider listens to all its terminals, a terminal to its providers alone', () => {
  assert.deepEqual(inboundFilters('provider', provider, 'any'), [`coinbox/1/${provider}/+/up`]);
  assert.deepEqual(inboundFilters('terminal', terminal, [provider]), [
    `coinbox/1/${provider}/${terminal}/down`,
  ]);
});

test('a terminal says online below the topic it publishes on', () => {
  const up = `coinbox/1/${provider}/${terminal}/up`;
  assert.equal(statusTopic('terminal', terminal, [provider]), `${up}/status`);
  assert.equal(statusTopic('provider', provider, 'any'), `coinbox/1/${provider}/status`);
});

test('readLinkTopic() rejects everything else', () => {
  const up = linkTopic(provider, terminal, 'up');
  for (const topic of [
    '',
    'coinbox/1',
    `${up}/status`,
    up.replace('/1/', '/2/'),
    `x${up}`,
    up.replace('/up', '/sideways'),
    up.replace(terminal, 'wal_1'),
  ]) {
    assert.equal(readLinkTopic(topic).ok, false, topic);
  }
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page, ProposalJson } from '@coinbox/protocol';
import { decodeMemo } from '../memo.ts';
import { createIssuerFixture, expect } from '../testing/fixture.ts';

const maker = { query: {}, person: 'maker' };
const checker = { query: {}, person: 'checker' };
const DAY = 86_400_000;

const codeOf = (result: { ok: boolean; rejection?: { code: string } }): string | undefined =>
  result.ok ? undefined : result.rejection?.code;

describe('mappings', () => {
  async function proposed(replaces = 0) {
    const s = await createIssuerFixture();
    const provider = await s.openWallet('provider');
    const terminal = await s.openTerminal();
    const proposal = s.newId('proposal');
    const ids = { terminal: terminal.holding.wallet, provider: provider.wallet };
    const body = { proposal, ...ids, replaces };
    const made = expect(await s.issuer.call('proposeMapping', { ...maker, body }));
    const approve = (call = checker) =>
      s.issuer.call('approveMapping', { ...call, parameter: proposal, body: {} });
    return { ...s, provider, terminal, proposal, body, made, approve };
  }

  test('take two people: one proposes, another approves', async () => {
    const s = await proposed();
    assert.deepEqual([s.made.state, s.made.proposed_by], ['open', 'maker']);
    const own = await s.headOf();
    assert.equal(codeOf(await s.approve(maker)), 'approval-same-person');
    assert.equal(await s.headOf(), own);
    const approved = expect(await s.approve());
    assert.deepEqual([approved.state, approved.approved_by], ['approved', 'checker']);
    const parameter = s.terminal.holding.wallet;
    const { versions } = expect(await s.issuer.call('getMapping', { ...maker, parameter }));
    assert.deepEqual(
      versions.map(({ version, provider, proposal }) => [version, provider, proposal]),
      [[1, s.provider.wallet, s.proposal]],
    );
    const entry = await s.issuer.ledger.entry(versions[0]?.index ?? 0);
    const { person, approver } = decodeMemo(entry?.memo as Uint8Array);
    assert.deepEqual(entry?.sequence, { series: `mapping/${parameter}`, number: 1 });
    assert.deepEqual([person, approver], ['maker', 'checker']);
  });

  test('are approved once: the second approval changes nothing', async () => {
    const s = await proposed();
    await s.approve();
    const head = await s.headOf();
    assert.equal(expect(await s.approve()).state, 'approved');
    assert.equal(await s.headOf(), head);
  });

  test('cannot be approved after 24 hours: proposal-expired', async () => {
    const s = await proposed();
    s.clock.set(s.clock.now() + DAY);
    assert.equal(codeOf(await s.approve()), 'proposal-expired');
  });

  test('cannot be approved when the version has moved on: proposal-stale', async () => {
    const s = await proposed();
    await s.map(s.terminal, s.provider);
    assert.equal(codeOf(await s.approve()), 'proposal-stale');
    const page = expect(await s.issuer.call('listProposals', maker)) as Page<ProposalJson>;
    assert.deepEqual(
      page.items.map(({ state }) => state),
      ['stale', 'approved'],
    );
  });

  test('keep a proposal that is sent again, and refuse another under its id', async () => {
    const s = await proposed();
    const head = await s.headOf();
    const again = await s.issuer.call('proposeMapping', { ...maker, body: s.body });
    assert.deepEqual(expect(again), s.made);
    const body = { ...s.body, provider: (await s.openWallet('provider')).wallet };
    assert.equal(codeOf(await s.issuer.call('proposeMapping', { ...maker, body })), 'id-reused');
    assert.notEqual(await s.headOf(), head);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import { CLAIMS_PATH, ENROLMENTS_PATH, claimProof, softwareSigner } from '@coinbox/protocol';
import type { ProposalId, Signer, WalletId } from '@coinbox/protocol';
import { TEST_NETWORK } from '../testing/fixture.ts';
import { createServerFixture } from '../testing/server.ts';
import type { HttpAnswer, ServerFixture } from '../testing/server.ts';
import { CODE_LIFE_MS } from './enrolments.ts';

let server: ServerFixture;
let provider: WalletId;
let proposal: ProposalId;
let drawn = 0;
before(async () => {
  server = await createServerFixture();
  provider = (await server.openWallet('provider')).wallet;
});
after(() => server.close());
beforeEach(() => {
  proposal = server.newId('proposal');
});

const terms = { broker_url: 'mqtt://127.0.0.1:1883', tariff: '{}', least: '1', most: '5000' };
const propose = (over: object = {}, as = 'maker'): Promise<HttpAnswer> =>
  server.ask(ENROLMENTS_PATH, {
    method: 'POST',
    as,
    json: { proposal, provider, ...terms, ...over },
  });
const approve = (as = 'checker', id: string = proposal): Promise<HttpAnswer> =>
  server.ask(`${ENROLMENTS_PATH}/${id}/approve`, { method: 'POST', as, json: {} });
const codeOf = (answer: HttpAnswer): unknown => answer.json?.code;
const said = (answer: HttpAnswer): [number, unknown] => [answer.status, codeOf(answer)];

async function newCode(): Promise<string> {
  assert.equal((await propose()).status, 201);
  const approved = await approve();
  assert.equal(approved.status, 200);
  return codeOf(approved) as string;
}

type Own = { readonly wallet: WalletId; readonly signer: Signer };
const newOwn = (): Own => ({
  wallet: server.newId('wallet'),
  signer: softwareSigner('EdDSA', new Uint8Array(32).fill(++drawn)),
});
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** A claim as a terminal sends it. `proofCode`: what its keys have signed. */
function claimOf(code: string, holding: Own, settlement: Own, proofCode = code) {
  const keyOf = ({ wallet, signer }: Own) => ({ wallet, key: signer.publicKey });
  const proof = claimProof(TEST_NETWORK, proofCode, keyOf(holding), keyOf(settlement));
  const part = ({ wallet, signer }: Own) => ({
    wallet,
    key: { algorithm: signer.publicKey.algorithm, bytes: base64(signer.publicKey.bytes) },
    proof: base64(signer.sign(proof)),
  });
  return { code, holding: part(holding), settlement: part(settlement) };
}
const send = (json: unknown): Promise<HttpAnswer> =>
  server.ask(CLAIMS_PATH, { method: 'POST', json });
const claim = (code: string, holding = newOwn(), settlement = newOwn(), proofCode = code) =>
  send(claimOf(code, holding, settlement, proofCode));

describe('enrolment by a claim code', () => {
  it('gives a terminal two wallets and its mapping, in the names of two people', async () => {
    const [holding, settlement] = [newOwn(), newOwn()];
    const answer = await claim(await newCode(), holding, settlement);
    assert.equal(answer.status, 201);
    const { holding_certificate, settlement_certificate, ...told } = answer.json ?? {};
    assert.deepEqual(told, { ...terms, provider, terminal: holding.wallet, mapping_version: 1 });
    for (const one of [holding, settlement]) {
      const { json } = await server.ask(`/v1/wallets/${one.wallet}`, { as: 'maker' });
      const known = [holding_certificate, settlement_certificate];
      assert.ok(known.includes(json?.certificate));
    }
    const { json } = await server.ask('/v1/mapping-proposals?limit=500', { as: 'maker' });
    const items = json?.items as { proposal: string; proposed_by: string; approved_by: string }[];
    const own = items.find((one) => one.proposal === proposal);
    assert.deepEqual([own?.proposed_by, own?.approved_by], ['maker', 'checker']);
  });

  it('answers a claim that comes again as before, also after a restart', async () => {
    const [code, holding, settlement] = [await newCode(), newOwn(), newOwn()];
    const first = await claim(code, holding, settlement);
    assert.equal(first.status, 201);
    assert.deepEqual((await claim(code, holding, settlement)).bytes, first.bytes);
    await server.restart();
    assert.deepEqual((await claim(code, holding, settlement)).bytes, first.bytes);
  });

  it('takes a code once, from one of two that come at once', async () => {
    const code = await newCode();
    const answers = await Promise.all([claim(code), claim(code), claim(code)]);
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      assert.deepEqual(said(answer), [409, 'claim-code-used']);
    }
    assert.deepEqual(said(await claim(code)), [409, 'claim-code-used']);
  });

  it('shows the code once, and to the second person only', async () => {
    assert.equal(codeOf(await propose()), undefined);
    assert.deepEqual(said(await approve('maker')), [403, 'approval-same-person']);
    assert.equal((await approve()).status, 200);
    assert.deepEqual(said(await approve()), [409, 'claim-code-shown']);
    assert.deepEqual(said(await approve('checker', server.newId('proposal'))), [
      404,
      'proposal-unknown',
    ]);
  });

  it('keeps no code: only its hash is in the book', async () => {
    const code = await newCode();
    for (const file of ['enrolments.db', 'enrolments.db-wal', 'records.db', 'records.db-wal']) {
      const stored = readFileSync(`${server.folder}/${file}`);
      assert.equal(stored.includes(code.slice(-19)), false, file);
    }
  });

  it('counts wrong codes, and locks the right one after five', async () => {
    const code = await newCode();
    const wrong = code.slice(0, -1) + (code.endsWith('0') ? '1' : '0');
    for (let n = 0; n < 5; n++) {
      assert.deepEqual(said(await claim(wrong)), [403, 'claim-code-unknown']);
    }
    assert.deepEqual(said(await claim(code)), [403, 'claim-code-locked']);
    await server.restart();
    assert.deepEqual(said(await claim(code)), [403, 'claim-code-locked']);
  });

  it('lets a proposal and a code expire', async () => {
    await propose();
    server.clock.set(server.clock.now() + CODE_LIFE_MS);
    assert.deepEqual(said(await approve()), [409, 'proposal-expired']);
    proposal = server.newId('proposal');
    const code = await newCode();
    server.clock.set(server.clock.now() + CODE_LIFE_MS);
    assert.deepEqual(said(await claim(code)), [409, 'claim-code-expired']);
  });

  it('wants proof of both keys, for this very code and these wallets', async () => {
    const [code, other] = [await newCode(), '01M8432KHT3J95576N87WS75R1-0123-4567-89AB-CDEF'];
    assert.deepEqual(said(await claim(code, newOwn(), newOwn(), other)), [
      401,
      'signature-invalid',
    ]);
    const body = claimOf(code, newOwn(), newOwn());
    const exchanged = { ...body, holding: { ...body.holding, wallet: server.newId('wallet') } };
    assert.deepEqual(said(await send(exchanged)), [401, 'signature-invalid']);
    const stolen = claimOf(code, newOwn(), newOwn());
    const { proof } = claimOf(code, newOwn(), newOwn()).settlement;
    const half = { ...stolen, settlement: { ...stolen.settlement, proof } };
    assert.deepEqual(said(await send(half)), [401, 'signature-invalid']);
    assert.equal((await claim(code)).status, 201, 'the code is still good');
  });

  it('keeps the code good where a key has a wallet already', async () => {
    const used = newOwn();
    assert.equal((await claim(await newCode(), used)).status, 201);
    proposal = server.newId('proposal');
    const code = await newCode();
    const again = { ...used, wallet: server.newId('wallet') };
    assert.deepEqual(said(await claim(code, again)), [409, 'key-in-use']);
    assert.equal((await claim(code)).status, 201);
  });

  const wrong: readonly (readonly [title: string, over: object, said: [number, string]])[] = [
    [
      'a provider that is none',
      { provider: 'wal_01M8432KHT3J95576N87WS75R1' },
      [404, 'wallet-unknown'],
    ],
    ['a smallest payment over the largest', { least: '5001' }, [400, 'parameter-invalid']],
    ['an amount of 0', { least: '0' }, [422, 'amount-zero']],
    ['a tariff that is too long', { tariff: 'x'.repeat(32_769) }, [400, 'parameter-invalid']],
    ['an address that is too long', { broker_url: 'x'.repeat(501) }, [400, 'parameter-invalid']],
    ['a field too much', { code: 'x' }, [400, 'malformed-unknown-field']],
  ];
  for (const [title, over, answer] of wrong) {
    it(`does not propose ${title}`, async () => {
      assert.deepEqual(said(await propose(over)), answer);
    });
  }

  it('is for operators, but for the claim', async () => {
    for (const path of [ENROLMENTS_PATH, `${ENROLMENTS_PATH}/${proposal}/approve`]) {
      const answer = await server.ask(path, { method: 'POST', json: {} });
      assert.deepEqual(said(answer), [401, 'credentials-missing']);
    }
    assert.deepEqual(said(await send({})), [400, 'malformed-missing-field']);
  });

  it('takes the same proposal again, and no other under its id', async () => {
    const first = await propose();
    assert.deepEqual((await propose()).bytes, first.bytes);
    assert.deepEqual(said(await propose({ most: '6000' })), [422, 'id-reused']);
  });
});

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { API_OPERATIONS } from '@coinbox/protocol';
import type { ApiOperationName } from '@coinbox/protocol';
import { TEST_PARAMETERS } from '../testing/offline.ts';
import { createServerFixture } from '../testing/server.ts';
import type { HttpAnswer, ServerFixture } from '../testing/server.ts';
import { paidSession } from '../testing/session.ts';
import type { FixtureIssuer } from '../testing/fixture.ts';
import type { PaidSession } from '../testing/session.ts';

type Validate = ((value: unknown) => boolean) & { errors?: unknown };
type Operation = {
  readonly operationId: string;
  readonly responses: Record<string, { content: Record<string, { schema: object }> }>;
  readonly requestBody?: { content: Record<string, { schema: object }> };
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
};
type Document = {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: object;
};

let server: ServerFixture;
let s: PaidSession<FixtureIssuer>;
let openapi: Document;
let validatorOf: (schema: object) => Validate;

before(async () => {
  server = await createServerFixture();
  s = await paidSession(server);
  openapi = (await server.ask('/openapi.json')).json as unknown as Document;
  validatorOf = createValidator(openapi);
});
after(() => server.close());

/** Validates by JSON Schema 2020-12, with the library that Fastify brings along. */
function createValidator(document: Document): (schema: object) => Validate {
  const Ajv = createRequire(import.meta.url)('ajv/dist/2020.js') as new (options: object) => {
    addSchema(schema: object, id: string): void;
    compile(schema: object): Validate;
  };
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const absolute = (schema: object): object =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components'));
  ajv.addSchema(absolute({ components: document.components }), 'document');
  return (schema) => ajv.compile(absolute(schema));
}

function operationOf(name: string): Operation {
  const all = Object.values(openapi.paths).flatMap((methods) => Object.values(methods));
  return all.find(({ operationId }) => operationId === name) as Operation;
}

function assertFits(name: string, answer: HttpAnswer): void {
  const { responses } = operationOf(name);
  const response = responses[answer.status] ?? responses['default'];
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] as string;
  const schema = response?.content[type]?.schema;
  assert.ok(schema, `${name}: ${answer.status} ${type} is documented`);
  const validate = validatorOf(schema);
  assert.ok(validate(answer.json), `${name}: ${JSON.stringify(validate.errors)}`);
}

describe('GET /openapi.json', () => {
  test('is OpenAPI 3.1 and lists exactly the operations of the protocol', () => {
    assert.match(openapi.openapi, /^3\.1\./);
    const found = Object.entries(openapi.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`,
      ),
    );
    const wanted = Object.entries(API_OPERATIONS).map(
      ([name, { method, path }]) => `${name} ${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
    );
    assert.deepEqual(found.sort(), wanted.sort());
  });

  test('asks for an Idempotency-Key where the operation is keyed', () => {
    for (const [name, { keyed }] of Object.entries(API_OPERATIONS)) {
      const named = operationOf(name).parameters?.some((one) => one.name === 'Idempotency-Key');
      assert.equal(named ?? false, keyed, name);
    }
  });

  test('fits the real answers of every operation', async () => {
    await server.send(s.settle(s.bill(320n)).bytes);
    s.terminal.upload = 1;
    const back = s.messages.refund(s.terminal, s.payer.wallet, [s.payment], 180n);
    await server.send(back.bytes);
    const tooMuch = s.messages.offer(s.terminal, s.provider);
    await server.send(s.messages.pay(s.payer, tooMuch, 99_999n).bytes);
    const frozen = (await s.openPayer(0n)).wallet;
    const ask = { method: 'POST', as: 'maker', key: 'freeze', json: {} };
    await server.ask(`/v1/wallets/${frozen}/freeze`, ask);
    const wallet = s.payer.wallet;
    const signer = s.payer.signer.publicKey;
    const keyId = Buffer.from(s.payer.signer.keyId).toString('hex');
    const terminal = s.terminal.holding.wallet;
    const proposal = s.newId('proposal');
    const amount = { wallet, amount: '5', asset: 'CNY/2' };
    const again = {
      wallet,
      role: 'payer',
      key: { algorithm: 'EdDSA', bytes: Buffer.from(signer.bytes).toString('base64url') },
    };
    const provider = s.provider.wallet;
    const calls: readonly (readonly [ApiOperationName, string, unknown?, string?])[] = [
      ['discover', '/.well-known/coinbox'],
      ['openWallet', '/v1/wallets', again],
      ['listWallets', '/v1/wallets?limit=2'],
      ['getWallet', `/v1/wallets/${wallet}`],
      ['getBalance', `/v1/wallets/${wallet}/balance?as_of_index=12`],
      ['getStatement', `/v1/wallets/${wallet}/statement?limit=2`],
      ['getAccountBalance', '/v1/accounts/issuance/balance'],
      ['getAccountStatement', `/v1/accounts/payer%2F${wallet}/statement`],
      ['freezeWallet', `/v1/wallets/${wallet}/freeze`, {}],
      ['unfreezeWallet', `/v1/wallets/${wallet}/unfreeze`, {}],
      ['revokeKey', `/v1/wallets/${frozen}/revoke`, {}, 'checker'],
      ['getCertificate', `/v1/certificates/${keyId}`],
      ['issueMoney', '/v1/issuances', { id: s.newId('issuance'), ...amount }],
      ['redeemMoney', '/v1/redemptions', { id: s.newId('redemption'), ...amount }],
      ['proposeMapping', '/v1/mapping-proposals', { proposal, terminal, provider, replaces: 1 }],
      ['listProposals', '/v1/mapping-proposals'],
      ['approveMapping', `/v1/mapping-proposals/${proposal}/approve`, {}, 'checker'],
      ['getMapping', `/v1/terminals/${terminal}/mapping`],
      ['listPayments', '/v1/payments?status=refused'],
      ['listSettlements', '/v1/settlements'],
      ['listRefunds', '/v1/refunds'],
      ['listRefusals', '/v1/refusals'],
      ['listEntries', '/v1/entries?limit=500'],
      ['getEntry', '/v1/entries/3'],
      ['listEvents', '/v1/events?limit=500'],
      ['getSummary', '/v1/summary'],
      ['setParameters', '/v1/parameters', TEST_PARAMETERS],
      ['getBeacon', '/v1/beacon'],
      ['listCurrencies', '/v1/currencies'],
      ['listProblems', '/v1/problems'],
    ];
    assert.deepEqual(calls.map(([name]) => name).sort(), Object.keys(API_OPERATIONS).sort());
    for (const [at, [name, path, json, as = 'maker']] of calls.entries()) {
      const { method } = API_OPERATIONS[name];
      const answer = await server.ask(path, { method, as, key: `openapi-${at}`, json });
      assert.ok(answer.status < 300, `${name}: ${answer.bytes.toString()}`);
      assertFits(name, answer);
      if (json !== undefined) {
        const schema = operationOf(name).requestBody?.content['application/json']?.schema;
        assert.ok(schema && validatorOf(schema)(json), `${name}: the body that was taken fits`);
      }
    }
    assertFits('getEntry', await server.ask('/v1/entries/0', { as: 'maker' }));
    assertFits('getSummary', await server.ask('/v1/summary'));
  });
});

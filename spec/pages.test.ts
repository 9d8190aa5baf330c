import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  CertificateBook,
  LOAD_DIRECTIONS,
  MESSAGES,
  PHASES,
  REFUND_CAUSES,
  REJECTIONS,
  RESULTS,
  ROLES,
  STAGES,
  accept,
  decodeCarrierReply,
  decodeCarrierRequest,
  decodeLinkEnvelope,
  encodeCbor,
  reject,
  sign1,
} from '@coinbox/protocol';
import type { CborMap, CborValue, MessageType, Result } from '@coinbox/protocol';
import {
  EXAMPLE_NETWORK,
  exampleParties,
  exampleSigner,
  exampleTime,
} from '@coinbox/protocol/testing';
import { answerOf, faultsOf, mapOf, probeOf, tablesIn } from './field-tables.ts';
import type { Decode, Row } from './field-tables.ts';

const pages = [
  'README.md',
  '01-encoding.md',
  '02-signatures.md',
  '03-ids-money-time.md',
  '04-messages.md',
  '05-flow.md',
  '06-carrier-and-link.md',
] as const;
const read = (page: (typeof pages)[number]): string =>
  readFileSync(join(import.meta.dirname, page), 'utf8');

/** Every table of fields, by its heading. */
const tables = new Map(
  pages.flatMap((page) =>
    tablesIn(read(page)).map(({ heading, rows }) => [heading, rows] as const),
  ),
);
const rowsOf = (heading: string): readonly Row[] => {
  const rows = tables.get(heading);
  assert.ok(rows, `no page has a table under ${heading}`);
  return rows;
};
/** Reads a table within a message: the field `name` of the outer table holds it. */
function within(outer: string, decode: Decode, name: string, asList: boolean): Decode {
  const { key } = rowsOf(outer).find((row) => row.name === name) as Row;
  return (fields) => {
    const whole = new Map(mapOf(rowsOf(outer), tables)).set(key, asList ? [fields] : fields);
    const result = decode(whole);
    if (result.ok) return result;
    const { code, detail = '' } = result.rejection;
    return reject(code, detail.replace(`${name}: `, ''));
  };
}

const shapeOf =
  (name: keyof typeof MESSAGES): Decode =>
  (fields) =>
    (MESSAGES[name] as MessageType<unknown>).shape.decode(fields);

const authority = exampleSigner('authority');
const book = new CertificateBook(EXAMPLE_NETWORK, exampleSigner('root').publicKey);
assert.ok(book.add(exampleParties().authority.certificate.bytes, exampleTime(0)).ok);
const readCertificate: Decode = (fields): Result<unknown> => {
  const bytes = sign1(EXAMPLE_NETWORK, 'coinbox.cert', encodeCbor(fields), authority);
  const added = book.add(bytes, exampleTime(0));
  // The probes use the last role, root, which an authority may not certify: the claims were read.
  return added.ok || added.rejection.code === 'key-wrong-role' ? accept(undefined) : added;
};

/**
 * The last kind, ask-session, asks for a hash of its own; the fields are looked at with the first.
 */
const readRequest: Decode = (fields) => {
  const isLast = fields.get(2) === 3;
  return decodeCarrierRequest(encodeCbor(isLast ? new Map([...fields, [2, 1]]) : fields));
};

const decoders: Readonly<Record<string, Decode>> = {
  ...Object.fromEntries(
    (Object.keys(MESSAGES) as (keyof typeof MESSAGES)[]).map((name) => [
      name.toUpperCase(),
      shapeOf(name),
    ]),
  ),
  line: within('BILL', shapeOf('bill'), 'lines', true),
  reading: within('METER', shapeOf('meter'), 'readings', true),
  certificate: readCertificate,
  confirmation: within('certificate', readCertificate, 'confirmation', false),
  claims: within('certificate', readCertificate, 'claims', false),
  CarrierRequest: readRequest,
  CarrierReply: (fields) => decodeCarrierReply(encodeCbor(fields)),
  LinkEnvelope: (fields) => decodeLinkEnvelope(encodeCbor(fields)),
};
const inner: Readonly<Record<string, Decode>> = {
  item: within('reading', decoders.reading as Decode, 'items', true),
  limits: within('claims', decoders.claims as Decode, 'limits', false),
  offlineLimits: within('claims', decoders.claims as Decode, 'offline', false),
  offlinePart: within('PAY', shapeOf('pay'), 'offline', false),
};

describe('the tables of fields', () => {
  const all = { ...decoders, ...inner };
  for (const [heading, decode] of Object.entries(all)) {
    it(`${heading} has the keys, names, types and requirements of the code`, () => {
      assert.deepEqual(faultsOf(rowsOf(heading), decode, tables), []);
    });
  }

  it('are all held to some decoder', () => {
    assert.deepEqual([...tables.keys()].sort(), Object.keys(all).sort());
  });

  /** Table, field, and the words with their numbers in the code. */
  const words: readonly (readonly [string, string, Readonly<Record<string, number>>])[] = [
    ['claims', 'role', ROLES],
    ['reading', 'phase', PHASES],
    ['REFUND', 'cause', REFUND_CAUSES],
    ['RECEIPT', 'result', RESULTS],
    ['LOAD', 'direction', LOAD_DIRECTIONS],
    ['CarrierReply', 'stage', STAGES],
  ];
  for (const [heading, field, numbers] of words) {
    it(`${heading} has the words of ${field}`, () => {
      const cell = rowsOf(heading).find(({ name }) => name === field)?.type;
      const listed = Object.entries(numbers).map(([word, number]) => `${number} ${word}`);
      assert.equal(cell, listed.join(', '));
    });
  }

  for (const heading of ['CarrierRequest', 'CarrierReply'] as const) {
    it(`${heading} has the words of kind`, () => {
      const rows = rowsOf(heading);
      const decoder = heading === 'CarrierRequest' ? decodeCarrierRequest : decodeCarrierReply;
      const cell = rows.find(({ name }) => name === 'kind')?.type ?? '';
      for (const [, number, word] of cell.matchAll(/(\d) ([\w-]+)/g)) {
        const fields = new Map(mapOf(rows, tables)).set(2, Number(number));
        const decoded = decoder(encodeCbor(fields));
        assert.equal(decoded.ok && decoded.value.kind, word);
      }
    });
  }
});

describe('faultsOf()', () => {
  const decode = shapeOf('accept');
  const rows = rowsOf('ACCEPT');
  const changed = (name: string, change: Partial<Row>) =>
    faultsOf(
      rows.map((row) => (row.name === name ? { ...row, ...change } : row)),
      decode,
      tables,
    );

  it('finds a wrong type, key, name and requirement, and a missing row', () => {
    assert.notDeepEqual(changed('held', { type: 'amount or 0' }), []);
    assert.notDeepEqual(changed('held', { type: 'count' }), []);
    assert.notDeepEqual(changed('payHash', { type: 'id of an offer' }), []);
    assert.notDeepEqual(changed('held', { key: 9 }), []);
    assert.notDeepEqual(changed('held', { name: 'amount' }), []);
    assert.notDeepEqual(changed('held', { required: false }), []);
    assert.notDeepEqual(faultsOf(rows.slice(0, -1), decode, tables), []);
    const optionalRows = rowsOf('PAY').slice(0, -1);
    const missing = faultsOf(optionalRows, shapeOf('pay'), tables);
    assert.match(missing.join(), /key 11 is not listed/);
  });

  it('wants a type that it knows', () => {
    assert.throws(() => probeOf('something', tables), /which no test knows/);
  });

  it('has an answer in one line', () => {
    const none: CborMap = new Map<number, CborValue>();
    assert.equal(answerOf(decode, none), 'malformed-missing-field version');
  });
});

describe('spec/04-messages.md', () => {
  it('lists every class with its typ and who signs it', () => {
    const rows = [
      ...read('04-messages.md').matchAll(/^\| ([A-Z]+) \| `([\w.]+)` \| ([\w,]+) \|/gm),
    ];
    const listed = rows.map(([, name, typ, signer]) => [name, typ, signer]);
    const known = Object.entries(MESSAGES).map(([name, { typ, signedBy }]) => [
      name.toUpperCase(),
      typ,
      signedBy.join(),
    ]);
    assert.deepEqual(listed, known);
  });
});

describe('each page', () => {
  for (const page of pages) {
    it(`${page} begins with a real example`, () => {
      const beginning = read(page).split('\n').slice(0, 8).join('\n');
      assert.match(beginning, /<!-- example: |```text\n[0-9a-f]{32}\n/);
    });
  }

  it('03 begins with the bytes and the text of one id of the vectors', () => {
    const { ids } = JSON.parse(
      readFileSync(join(import.meta.dirname, 'vectors', 'ids.json'), 'utf8'),
    ) as { ids: { hex: string; text: string }[] };
    const [, hex, text] = /```text\n(\w+)\n(\w+)\n```/.exec(read('03-ids-money-time.md')) ?? [];
    assert.ok(ids.some((one) => one.hex === hex && one.text === text));
  });

  it('names only codes that there are', () => {
    const families =
      'malformed|amount|currency|limit|signature|key|header|bill|session|settlement|counter|' +
      'mapping|terminal|offer|order|refund|payment|wallet|too|unsupported|account|id|insufficient';
    const code = new RegExp(`\`((?:${families})-[a-z-]+)\``, 'g');
    const named = pages.flatMap((page) => [...read(page).matchAll(code)].map(([, name]) => name));
    assert.ok(named.length > 100);
    const unknown = named.filter((name) => !Object.hasOwn(REJECTIONS, name as string));
    assert.deepEqual(unknown, []);
  });
});

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMeterKey, verifyEvidence } from '@coinbox/evidence';
import { equalBytes, formatMajor, parseId, rejectionRow, toHex } from '@coinbox/protocol';
import type { Asset, CertificateBook, Instant, Rejection, SessionId } from '@coinbox/protocol';
import { readEnrolment } from '@coinbox/storage';
import type { EnrolmentConfig } from '@coinbox/storage';
import { auditChain } from '../audit/chain.ts';
import type { Audit, Step } from '../audit/chain.ts';
import { collect } from '../audit/collect.ts';
import type { Material } from '../audit/collect.ts';
import { findPapers } from '../audit/found.ts';
import type { SessionPapers } from '../audit/found.ts';
import type { Trusted } from '../audit/issuer-log.ts';
import { FileError, UsageError } from '../exit-codes.ts';
import { formatTable } from '../output.ts';

export type AuditOrder = {
  readonly session: string;
  /** Folders of parties, and exports of an issuer. */
  readonly from: readonly string[];
  /** Root key as known elsewhere, base64url. Default: the one that the sources agree on. */
  readonly root?: string;
  /** Signed records of the meter, one a line; the meter's key in hexadecimal DER; its serial. */
  readonly evidence?: string;
  readonly meterKey?: string;
  readonly meterSerial?: string;
};

/** An audit with what it rests on. */
export type Audited = Audit & {
  readonly session: SessionId;
  readonly asset: Asset;
  readonly network: string;
  readonly papers: SessionPapers;
  readonly material: Material;
};

/**
 * Follows one session from the payment to the receipts, without asking anybody. Throws UsageError,
 * FileError, Fault config-invalid.
 */
export async function auditSession(order: AuditOrder): Promise<Audited> {
  const session = parseId('session', order.session);
  if (!session.ok) throw new UsageError(`not a session: ${order.session}`);
  if (order.from.length === 0) throw new UsageError('--from names where to look');
  const material = await collect(order.from, session.value);
  const trusted = agreedTrust(material.trust, order.root);
  const papers = findPapers(material.messages, session.value, (at) =>
    bookAt(material, trusted, at),
  );
  const chain = auditChain(papers);
  const evidence = await evidenceStep(order, papers);
  return {
    ...chain,
    ok: chain.ok && evidence?.state !== 'broken',
    steps: evidence ? [...chain.steps, evidence] : chain.steps,
    session: session.value,
    asset: trusted.asset as Asset,
    network: trusted.network,
    papers,
    material,
  };
}

/** What all sources say alike. Throws FileError where they do not, or `root` is another. */
function agreedTrust(all: readonly Trusted[], root: string | undefined): Trusted {
  const [first] = all;
  if (!first) throw new FileError('no source names the network and its root key');
  const rootOf = ({ root: key }: Trusted): Uint8Array => Buffer.from(key.bytes, 'base64url');
  for (const one of all) {
    const isSame = one.network === first.network && equalBytes(rootOf(one), rootOf(first));
    if (!isSame) throw new FileError(`${one.source} is of another network than ${first.source}`);
  }
  if (root !== undefined && !equalBytes(Buffer.from(root, 'base64url'), rootOf(first))) {
    throw new FileError(`${first.source} names another root key`);
  }
  return first;
}

/** All certificates that lead to the root key, as of a time. */
function bookAt(material: Material, trusted: Trusted, at: Instant): CertificateBook {
  const config: EnrolmentConfig = { ...trusted, issuerUrl: '' };
  const { book } = readEnrolment(trusted.source, config, at);
  for (const bytes of material.certificates) book.add(bytes, at);
  return book;
}

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`cannot read ${file}: ${(cause as Error).message}`);
  }
};

const say = ({ code, detail }: Rejection): string => (detail ? `${code}: ${detail}` : code);

/**
 * Holds the final METER to the signed records of the meter, where they are given. Throws
 * UsageError, FileError.
 */
export async function evidenceStep(
  order: Pick<AuditOrder, 'evidence' | 'meterKey' | 'meterSerial'>,
  papers: Pick<SessionPapers, 'meters'>,
): Promise<Step | undefined> {
  const { evidence, meterKey, meterSerial } = order;
  if (evidence === undefined) return undefined;
  if (meterKey === undefined || meterSerial === undefined) {
    throw new UsageError('--evidence takes --meter-key and --meter-serial');
  }
  const key = readMeterKey(Buffer.from(readText(meterKey).trim(), 'hex'));
  if (!key.ok) throw new FileError(`${meterKey}: ${rejectionRow(key.rejection.code).en}`);
  const records = readText(evidence)
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const meter = papers.meters.at(-1);
  const step = 'meter evidence';
  if (!meter) return { step, state: 'broken', faults: ['no METER to hold it to'] };
  const identity = { serial: meterSerial, key: key.value };
  const found = await verifyEvidence(records, identity, meter.body);
  if (!found.ok) return { step, state: 'broken', faults: [say(found.rejection)] };
  const { evidence: hash } = meter.body;
  return { step, state: 'holds', ...(hash && { hash: toHex(hash) }), faults: [] };
}

const marks = { holds: '✓', broken: '✗', missing: '?' } as const;

/** The chain as a person reads it. */
export function formatAudit(audit: Audited): string {
  const { asset, steps, paid, settled, refunded, held } = audit;
  const money = (amount: bigint | undefined): string =>
    amount === undefined ? '' : formatMajor(amount, asset);
  const rows = steps.map(({ step, state, amount, signer = '', hash = '', faults }) => [
    marks[state],
    step,
    money(amount),
    signer,
    hash.slice(0, 16),
    state === 'missing' ? 'missing' : faults.join('; '),
  ]);
  const sums =
    `paid ${money(paid)} = settled ${money(settled)} + given back ${money(refunded)}` +
    ` + still held ${money(held)} ${asset}`;
  const verdict = audit.ok ? 'Everything holds.' : 'It does not hold.';
  return `${formatTable(rows, new Set([2]))}\n${audit.session}: ${sums}\n${verdict}`;
}

/** The audit as JSON: without the messages. */
export function auditJson(audit: Audited): object {
  const { papers: _papers, material: _material, ...rest } = audit;
  return rest;
}

/**
 * Writes an evidence pack: every message and certificate of the session as a file, and what the
 * audit says of them. Whoever has the root key can check it again with other programs. Answers with
 * the number of files.
 */
export function writePack(folder: string, audit: Audited): number {
  mkdirSync(folder, { recursive: false });
  const messages = Object.values(audit.papers).flat();
  const names = messages.map(({ typ, hash, bytes, refusal }) => {
    const file = `${typ.replace('coinbox.', '')}-${toHex(hash).slice(0, 16)}.cose`;
    writeFileSync(join(folder, file), bytes);
    return { file, typ, hash: toHex(hash), signature: refusal ?? 'holds' };
  });
  const { trust, certificates } = audit.material;
  const unique = [...new Map(certificates.map((one) => [toHex(one), one])).values()];
  for (const [at, bytes] of unique.entries()) {
    writeFileSync(join(folder, `certificate-${at + 1}.cose`), bytes);
  }
  const { network, asset, root, certificates: issuers } = trust[0] as Trusted;
  const write = (file: string, value: unknown): void =>
    writeFileSync(join(folder, file), `${JSON.stringify(value, bigintsAsText, 2)}\n`);
  write('trust.json', { network, asset, root, certificates: issuers });
  write('messages.json', names);
  write('audit.json', auditJson(audit));
  writeFileSync(join(folder, 'audit.txt'), `${formatAudit(audit)}\n`);
  return names.length + unique.length + 4;
}

const bigintsAsText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}` : value;

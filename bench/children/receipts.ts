import { createIssuer, openFolder, readConfig } from '@coinbox/issuer';
import { CertificateBook, RECEIPT, openMessage } from '@coinbox/protocol';
import type { Instant, Trust } from '@coinbox/protocol';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ISSUER_FOLDER } from '../lib/folders.ts';
import { KEYS_FILE, checksOf } from '../lib/keys.ts';
import type { KnownKeys } from '../lib/keys.ts';
import { LANES_FILE, readLanes } from '../lib/lanes.ts';
import { readJob } from '../lib/processes.ts';

// Has the prepared SETTLEs posted, and verifies the receipts as payers and providers do: with the
// certificates that they have, and nothing else.

export type Checked = {
  /** CPU time of a receipt, and of the bare verification of one signature. */
  readonly receiptUs: number;
  readonly signatureUs: number;
  readonly bytes: number;
};

const { folder } = readJob<{ folder: string }>();
const clock = { now: () => Date.now() as Instant };
const issuerFolder = join(folder, ISSUER_FOLDER);
const lanes = readLanes(join(folder, LANES_FILE));
const TIMES = 3;

function cpuUsOf(count: number, work: (i: number) => void): number {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) work(i);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

async function makeReceipts(): Promise<Uint8Array[]> {
  const issuer = await createIssuer(await openFolder(issuerFolder, clock));
  const receipts: Uint8Array[] = [];
  for (let step = 0; step < (lanes[0]?.length ?? 0); step++) {
    const answers = await Promise.all(lanes.map((lane) => issuer.submit(lane[step] as Uint8Array)));
    for (const answer of answers) {
      if (!answer.ok) throw new Error(JSON.stringify(answer.rejection));
      receipts.push(answer.value.receipt);
    }
  }
  await issuer.close();
  return receipts;
}

function readTrust(): Trust {
  const { network, root, certificates } = readConfig(issuerFolder);
  const book = new CertificateBook(network, root);
  certificates.forEach((bytes, i) => book.add(bytes, clock.now(), i === 0));
  return { network, certificateOf: (keyId) => book.certificateOf(keyId) };
}

const receipts = await makeReceipts();
const trust = readTrust();
const checkReceipt = (i: number): void => {
  const receipt = receipts[i % receipts.length] as Uint8Array;
  if (!openMessage(RECEIPT, receipt, trust, clock.now()).ok) throw new Error('does not hold');
};
const keys = JSON.parse(readFileSync(join(folder, KEYS_FILE), 'utf8')) as KnownKeys;
const checks = lanes.flat().flatMap((settle) => checksOf('bench', settle, keys));
const checkSignature = (i: number): void => void checks[i % checks.length]?.();

const count = TIMES * receipts.length;
cpuUsOf(count, checkReceipt);
cpuUsOf(count, checkSignature);
const checked: Checked = {
  receiptUs: cpuUsOf(count, checkReceipt),
  signatureUs: cpuUsOf(count, checkSignature),
  bytes: Math.max(...receipts.map(({ length }) => length)),
};
process.stdout.write(`${JSON.stringify(checked)}\n`);

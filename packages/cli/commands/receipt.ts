import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  RECEIPT,
  decodeProof,
  equalBytes,
  formatInstant,
  formatMajor,
  openEnvelope,
  openMessage,
  rejectionRow,
  toHex,
} from '@coinbox/protocol';
import type { Instant, PublicKey, Receipt, Result, TreeProof } from '@coinbox/protocol';
import { readEnrolment } from '@coinbox/storage';
import type { EnrolmentConfig } from '@coinbox/storage';
import { EXIT, FileError, UsageError } from '../exit-codes.ts';
import { formatTable, print, printJson } from '../output.ts';
import { readTextFile } from './run.ts';

/** A RECEIPT that holds: what it says, and where it stands in the issuer's log. */
export type CheckedReceipt = { readonly body: Receipt; readonly proof: TreeProof };

/**
 * Checks a RECEIPT offline, with what a party was told when it was enrolled: `trust` is a party's
 * JSON file, or the saved answer of `/.well-known/coinbox`. `root`, base64url: the root key that
 * it must name. Rejects as openMessage does. Throws UsageError, FileError, Fault config-invalid.
 */
export function checkReceipt(
  bytes: Uint8Array,
  trust: string,
  root: string | undefined,
  now: Instant,
): Result<CheckedReceipt> {
  const config = readTrust(trust);
  if (root !== undefined && !equalBytes(bytesOf(root), bytesOf(config.root.bytes))) {
    throw new FileError(`${trust} names another root key`);
  }
  const { book } = readEnrolment(trust, config, now);
  const opened = openMessage(RECEIPT, bytes, book, now);
  if (!opened.ok) return opened;
  const envelope = openEnvelope(bytes);
  const proof = envelope.ok ? decodeProof(envelope.value.signature) : undefined;
  if (!proof) throw new Error('bug: a receipt that was opened has a proof');
  return { ok: true, value: { body: opened.value.body, proof } };
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64url'));

type Told = Partial<Record<'network' | 'asset' | 'root' | 'certificates', unknown>>;

function readTrust(file: string): EnrolmentConfig {
  let told: Told;
  try {
    told = JSON.parse(readTextFile(file)) as Told;
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new FileError(`${file} is not JSON`);
  }
  const { network, asset, certificates } = told ?? {};
  const root = told?.root as Partial<PublicKey> | undefined;
  const isTexts = [network, asset, root?.algorithm, root?.bytes].every(
    (part) => typeof part === 'string',
  );
  const isList =
    Array.isArray(certificates) && certificates.every((part) => typeof part === 'string');
  if (!isTexts || !isList) {
    throw new FileError(`${file} does not name network, asset, root and certificates`);
  }
  return told as EnrolmentConfig;
}

/** What a receipt says, for a person. */
export function describeReceipt({ body, proof }: CheckedReceipt): string {
  const { result, subjectTyp, subject, amount, asset, from, to, code, bill } = body;
  const row = (name: string, value: string | undefined): readonly (readonly string[])[] =>
    value === undefined ? [] : [[name, value]];
  const rows = [
    ...row('result', code === undefined ? result : `${result} (${code})`),
    ...row('of', `${subjectTyp} ${toHex(subject)}`),
    ...row('amount', formatMajor(amount, asset)),
    ...row('from', from),
    ...row('to', to),
    ...row('bill', bill),
    ...row('at', formatInstant(body.at)),
    ...row('ledger entry', `${body.index} ${toHex(body.entryHash)}`),
    ...row('log', `leaf ${proof.index} of ${proof.size}`),
  ];
  return formatTable(rows);
}

type VerifyFlags = { readonly trust: string; readonly root?: string; readonly json: boolean };

function verifyFile(file: string, { trust, root, json }: VerifyFlags): void {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new UsageError(`cannot read ${file}: ${(cause as Error).message}`);
  }
  const checked = checkReceipt(bytes, trust, root, Date.now() as Instant);
  if (!checked.ok) {
    const { code, detail } = checked.rejection;
    if (json) printJson({ ok: false, code, ...(detail !== undefined && { detail }) });
    else print(`does not hold: ${code}: ${rejectionRow(code).en}${detail ? ` (${detail})` : ''}`);
    process.exitCode = EXIT.data;
    return;
  }
  if (!json) return print(`${describeReceipt(checked.value)}\nIt holds.`);
  const { body, proof } = checked.value;
  const { subject, entryHash, ...rest } = body;
  const hashes = { subject: toHex(subject), entryHash: toHex(entryHash) };
  printJson({ ok: true, ...rest, ...hashes, log: { leaf: proof.index, size: proof.size } });
}

/** `coinbox receipt verify`. */
export function addReceiptCommand(program: Command): void {
  program
    .command('receipt')
    .description('the receipts of an issuer')
    .command('verify')
    .description('check a receipt without asking anybody, and say what it says')
    .argument('<file>', 'the RECEIPT, as the issuer has sent it')
    .addHelpText(
      'before',
      'Examples:\n  coinbox receipt verify ./receipt.cose --trust ./wallet/payer.json\n',
    )
    .requiredOption(
      '--trust <file>',
      "a party's JSON file, or the saved answer of /.well-known/coinbox of the issuer",
    )
    .option('--root <key>', 'root key that the file must name, base64url, as known elsewhere')
    .option('--json', 'print JSON on stdout', false)
    .action(verifyFile);
}

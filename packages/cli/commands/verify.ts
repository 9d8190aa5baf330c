import { open, readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { INVARIANTS, fromBase64url, keyOf, verify } from '@coinbox/verifier';
import type { CheckName, Key, Verdict } from '@coinbox/verifier';
import { EXIT, UsageError } from '../exit-codes.ts';
import { formatTable, print, printJson } from '../output.ts';

/** What each check of the verifier says when it holds. */
const SENTENCES: Readonly<Record<CheckName, string>> = {
  issuance: 'only an issue makes money and only a redemption takes it; all accounts sum to 0',
  balance: 'no account but issuance falls below what is held on it',
  account: 'money moves from one opened account to another',
  id: 'an id is the one that its request gives it, and is used once',
  claim: 'an offer, a number, a key is taken once',
  fingerprint: 'an entry holds the hash of its request',
  bill: 'a settlement is of the amount of one final bill, signed by the provider',
  hold: 'from a payment comes no more than was paid in',
  draw: 'a settlement holds the draw of the holding wallet for its bill',
  transit: 'a settlement wallet is empty after every entry',
  version: 'a payment is pinned to the mapping that is in force',
  destination: 'settled money goes to the provider of the pinned version',
  receipt: 'a receipt says what its entry says',
  tree: 'every entry has its salt in the log',
  checkpoint: 'the issuer has signed the root of the tree of these entries',
  index: 'entries count 1, 2, 3, … without a gap',
  link: 'an entry holds the hash of the one before',
  series: 'uploads and mapping versions count 1, 2, 3, … without a gap',
  refund: 'what goes back goes to the wallet that paid',
  certificate: 'a wallet is certified by the authority, which the root has certified',
  message: 'a request is a message of its class',
  signature: 'a message is signed with the key of a wallet',
  role: 'the wallet that has signed may sign this',
  validity: 'a certificate is valid when its key is used',
  payload: 'an entry says what its request says',
  amount: 'an amount is 1 to 2^63 − 1, of the one asset, within the limits of its wallets',
  overflow: 'no balance passes 2^63 − 1',
  frozen: 'a frozen account gives nothing',
  revoked: 'a revoked key signs nothing',
  suspended: 'a suspended terminal takes no payment and settles nothing',
  standing: 'what is frozen, freed, suspended or revoked can be',
  people: 'a mapping and a revocation take two people',
  file: 'the file is a header, one line an entry, and an end that fits them',
  entry: 'an entry is canonical, of a code and with steps that there are',
  refusal: 'what was refused had to be refused, with this code',
};

/** The key of `--root`. */
export function readRoot(text: string): Key {
  try {
    return keyOf(fromBase64url(text));
  } catch {
    throw new UsageError(`not a public key in base64url: ${text}`);
  }
}

/** The verdict as a person reads it: a table of all checks, or the first entry that is broken. */
export function formatVerdict(verdict: Verdict): string {
  if (verdict.ok) {
    const rows = [...verdict.checks].map(([name, count]) => [
      INVARIANTS.get(name) ?? '',
      name,
      `${count}`,
      SENTENCES[name],
    ]);
    const { entries, accounts, network, issued, asset } = verdict;
    const sums = `${entries} entries, ${accounts} accounts, ${issued} minor units of ${asset}`;
    const table = formatTable(rows, new Set([2]));
    return `${table}\nnetwork ${network}: ${sums} issued. Everything holds.`;
  }
  const { index, code, id, check, name, detail } = verdict.broken;
  const what = index === 0 ? 'the header' : `entry ${index}${code && ` (${code} ${id})`}`;
  return `${what} breaks ${check} ${name}: ${SENTENCES[name]}.\n${detail}`;
}

type VerifyFlags = { root: Key; receipt: string[]; json: boolean };

/** `coinbox verify`. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description('check an export: recompute every balance, check every signature')
    .argument('<file>', 'what coinbox export has written')
    .addHelpText(
      'before',
      'Examples:\n  coinbox verify ./issuer.ndjson --root KEY\n' +
        '  coinbox verify ./issuer.ndjson --root KEY --receipt ./receipt.cose --json\n',
    )
    .requiredOption(
      '--root <key>',
      'root key of the network, base64url, as known elsewhere',
      readRoot,
    )
    .option('--receipt <files...>', 'receipts that have to be of entries in the export', [])
    .option('--json', 'print JSON on stdout', false)
    .action(async (file: string, { root, receipt, json }: VerifyFlags) => {
      const receipts = await Promise.all(receipt.map((name) => readFile(name)));
      const handle = await open(file);
      const verdict = await verify(handle.readLines(), root, receipts);
      if (json)
        printJson(
          verdict.ok ? { ...verdict, checks: Object.fromEntries(verdict.checks) } : verdict,
        );
      else print(formatVerdict(verdict));
      if (!verdict.ok) process.exitCode = EXIT.data;
    });
}

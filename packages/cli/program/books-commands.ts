import { Option } from 'commander';
import type { Command } from 'commander';
import type { Instant } from '@coinbox/protocol';
import {
  EXPORT_FORMATS,
  comparedJson,
  exportBook,
  formatCompared,
  reconcileBank,
  reconcileThreeWays,
  stretchOf,
} from '../commands/books.ts';
import type { Compared, ExportFormat } from '../commands/books.ts';
import { EXIT } from '../exit-codes.ts';
import { print, printJson } from '../output.ts';
import { examples, json } from './options.ts';

const now = (): Instant => Date.now() as Instant;

function show(compared: Compared, asJson: boolean): void {
  if (asJson) printJson(comparedJson(compared));
  else print(formatCompared(compared));
  if (compared.breaks.length > 0) process.exitCode = EXIT.failed;
}

type ThreeWays = { provider: string; issuer: string; terminals: string[]; json: boolean };
type Bank = { issuer: string; statement: string; json: boolean };
type Export = { format: ExportFormat; from?: string; to?: string; out?: string };

/** Adds `books reconcile`, `books bank` and `books export`. */
export function addBooksCommands(program: Command): void {
  const books = program.command('books').description('compare books, and hand them on');
  books
    .command('reconcile')
    .description("hold a provider's bills to the issuer's settlements and the terminals' journals")
    .addHelpText(
      'before',
      examples('coinbox books reconcile --provider ./p1 --issuer ./issuer --terminals ./t1 ./t2'),
    )
    .requiredOption('--provider <folder>', 'folder of the provider')
    .requiredOption('--issuer <source>', 'folder of the issuer, or a file of coinbox export')
    .requiredOption('--terminals <folders...>', 'folders of the terminals of this provider')
    .addOption(json())
    .action(async ({ provider, issuer, terminals, json: asJson }: ThreeWays) =>
      show(await reconcileThreeWays(provider, issuer, terminals, now()), asJson),
    );
  books
    .command('bank')
    .description('hold issued and redeemed money to a statement of the bank')
    .addHelpText(
      'before',
      examples('coinbox books bank --issuer ./issuer --statement ./camt053.xml'),
    )
    .requiredOption('--issuer <source>', 'folder of the issuer, or a file of coinbox export')
    .requiredOption('--statement <file>', 'camt.053, or CSV')
    .addOption(json())
    .action(async ({ issuer, statement, json: asJson }: Bank) =>
      show(await reconcileBank(issuer, statement, now()), asJson),
    );
  books
    .command('export')
    .description('write what a provider was paid, for its books')
    .argument('<folder>', 'folder of the provider')
    .addHelpText(
      'before',
      examples('coinbox books export ./p1 --format camt.053 --from 2026-01-01 --to 2026-01-31'),
    )
    .addOption(new Option('--format <format>', 'how').choices(EXPORT_FORMATS).makeOptionMandatory())
    .option('--from <day>', 'first day, UTC; default: from the beginning')
    .option('--to <day>', 'last day, UTC; default: today')
    .option('--out <file>', 'write to this file; default: standard output')
    .action(async (folder: string, { format, from, to, out }: Export) =>
      exportBook(folder, format, stretchOf(from, to, now()), out ?? process.stdout, now()),
    );
}

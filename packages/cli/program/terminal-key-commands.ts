import { Option } from 'commander';
import type { Command } from 'commander';
import type { TerminalKeyOrder } from '@coinbox/terminal';
import { resolve } from 'node:path';
import { readToken } from '../commands/issuer.ts';
import { issuerClient } from '../enrol.ts';
import { UsageError } from '../exit-codes.ts';
import { print, printJson } from '../output.ts';
import { rotateSettlementKey } from '../rotate-key.ts';
import { examples, json } from './options.ts';

/** The options by which a new terminal's keys are made. */
export type KeyFlags = {
  readonly keyAlgorithm?: 'EdDSA' | 'ES256';
  readonly tokenModule?: string;
  readonly tokenLabel?: string;
  readonly tokenPinFile?: string;
};

/** Adds the options of `KeyFlags` to a command. */
export const withKeyOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--key-algorithm <name>', 'many chips know ES256 only')
        .choices(['EdDSA', 'ES256'])
        .default('EdDSA'),
    )
    .option('--token-module <file>', 'PKCS#11 library of the token that the keys are made on')
    .option('--token-label <text>', 'label of the token')
    .option('--token-pin-file <file>', "file with the token's PIN, for its owner only");

/** Where the flags have the keys made. Throws UsageError where they name half a token. */
export function readKeyFlags(flags: KeyFlags): TerminalKeyOrder {
  const { keyAlgorithm: algorithm = 'EdDSA', tokenModule, tokenLabel, tokenPinFile } = flags;
  const named = [tokenModule, tokenLabel, tokenPinFile].filter((one) => one !== undefined).length;
  if (named === 0) return { algorithm };
  if (tokenModule === undefined || tokenLabel === undefined || tokenPinFile === undefined) {
    throw new UsageError('a token needs --token-module, --token-label and --token-pin-file');
  }
  const pinFile = resolve(tokenPinFile);
  return { algorithm, token: { module: tokenModule, token: tokenLabel, pinFile } };
}

/** Adds `terminal rotate-key`. */
export function addTerminalKeyCommands(terminal: Command): void {
  terminal
    .command('rotate-key')
    .description('give a stopped terminal another settlement wallet; the old one stays good')
    .argument('<folder>')
    .addHelpText(
      'before',
      examples(
        'coinbox terminal rotate-key ./t1 --issuer http://127.0.0.1:7400 \\',
        '  --token-file ./issuer/maker.token',
      ),
    )
    .requiredOption('--issuer <url>', 'address of the issuer')
    .requiredOption('--token-file <file>', "an operator's token")
    .addOption(json())
    .action(
      async (folder: string, options: { issuer: string; tokenFile: string; json: boolean }) => {
        const client = issuerClient(options.issuer, readToken(options.tokenFile));
        const rotated = await rotateSettlementKey(folder, client);
        if (options.json) printJson(rotated);
        else
          print(`${rotated.wallet} signs from the next start on, ${rotated.replaces} did so far`);
      },
    );
}

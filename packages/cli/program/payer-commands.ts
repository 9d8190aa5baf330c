import type { Command } from 'commander';
import { readToken } from '../commands/issuer.ts';
import { makePayer, payTerminal, playMachine } from '../commands/pay.ts';
import type { PayOrder, PlayOrder } from '../commands/pay.ts';
import { issuerClient } from '../enrol.ts';
import { print, printJson, tell } from '../output.ts';
import { examples, json, wholeNumber } from './options.ts';

type InitPayer = { issuer: string; tokenFile: string; funds?: string };

/** Adds `payer init`, `pay` and `play`. */
export function addPayerCommands(program: Command): void {
  const payer = program.command('payer').description("the payer's wallet");
  payer
    .command('init')
    .description('make the folder of a payer wallet, and have the issuer certify it')
    .argument('<folder>')
    .addHelpText(
      'before',
      examples(
        'coinbox payer init ./me --issuer http://127.0.0.1:7400 \\',
        '  --token-file ./issuer/maker.token --funds 100.00',
      ),
    )
    .requiredOption('--issuer <url>', 'address of the issuer')
    .requiredOption('--token-file <file>', "an operator's token")
    .option('--funds <amount>', 'issue so much to the new wallet, such as 100.00')
    .action(async (folder: string, { issuer: issuerUrl, tokenFile, funds }: InitPayer) => {
      const client = issuerClient(issuerUrl, readToken(tokenFile));
      print(await makePayer({ folder, issuerUrl, client, ...(funds && { funds }) }));
    });

  program
    .command('pay')
    .description('pay a terminal, and wait until the rest is back')
    .argument('<folder>', "the payer's folder")
    .addHelpText(
      'before',
      examples('coinbox pay ./me --terminal http://127.0.0.1:7500/wal_… --amount 20.00'),
    )
    .requiredOption('--terminal <url>', 'address of the terminal')
    .requiredOption('--amount <amount>', 'how much to pay in, such as 20.00')
    .option('--detach', 'do not wait for the end of the session', false)
    .addOption(json())
    .action(async (folder: string, options: Omit<PayOrder, 'folder'> & { json: boolean }) => {
      const paid = await payTerminal({ folder, ...options });
      if (options.json) return printJson(paid);
      print(`paid ${paid.amount}, back ${paid.refunded} ${paid.asset.slice(0, 3)}`);
      if (paid.session) print(`session ${paid.session}`);
    });

  program
    .command('play')
    .description('let a simulated machine deliver')
    .argument('<session>')
    .addHelpText(
      'before',
      examples('coinbox play ses_… --terminal http://127.0.0.1:7500/wal_… --energy-wh 5600'),
    )
    .requiredOption('--terminal <url>', 'address of the terminal')
    .requiredOption('--energy-wh <number>', 'delivered energy, watt-hours', wholeNumber)
    .option('--minutes <number>', 'how long it took', wholeNumber, 60)
    .action(async (session: string, options: Omit<PlayOrder, 'session'>) => {
      await playMachine({ session, ...options });
      tell(`delivered ${options.energyWh} Wh`);
    });
}

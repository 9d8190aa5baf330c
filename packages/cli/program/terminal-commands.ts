import type { Command } from 'commander';
import type { Asset } from '@coinbox/protocol';
import { startBroker } from '../commands/broker.ts';
import { stayUp } from '../commands/run.ts';
import { runTerminals } from '../commands/terminal.ts';
import { enrolTerminalFolder, readEnrolment } from '../enrol.ts';
import type { EnrolFlags } from '../enrol.ts';
import { parseMajor } from '../money-argument.ts';
import { print } from '../output.ts';
import { examples, host, json, port, wholeNumber } from './options.ts';
import type { Listen } from './options.ts';

type InitTerminal = EnrolFlags & { least?: string; most: string };

/** Adds `terminal init`, `terminal run` and `broker`. */
export function addTerminalCommands(program: Command): void {
  const terminal = program.command('terminal').description('the agent of an unattended machine');
  terminal
    .command('init')
    .description('make the folder of a terminal, and have the issuer certify its two wallets')
    .argument('<folder>')
    .addHelpText(
      'before',
      examples(
        'coinbox terminal init ./t1 --issuer http://127.0.0.1:7400 \\',
        '  --broker mqtt://127.0.0.1:1883 --token-file ./issuer/maker.token \\',
        '  --tariff data/tariff.json --most 500.00',
      ),
    )
    .requiredOption('--issuer <url>', 'address of the issuer')
    .requiredOption('--broker <url>', 'MQTT 5 broker between terminal and provider')
    .requiredOption('--token-file <file>', "an operator's token")
    .requiredOption('--tariff <file>', 'OCPI tariff')
    .option('--least <amount>', 'smallest payment, such as 1.00; default: the smallest there is')
    .requiredOption('--most <amount>', 'largest payment, such as 500.00')
    .action(async (folder: string, options: InitTerminal) => {
      const { least, most } = options;
      const enrolment = await readEnrolment(folder, options);
      const minorOf = (text: string): string =>
        parseMajor(text, enrolment.discovery.asset as Asset).toString();
      const limits = { least: least === undefined ? '1' : minorOf(least), most: minorOf(most) };
      print(await enrolTerminalFolder({ ...enrolment, ...limits }));
    });
  terminal
    .command('run')
    .description('serve the terminals of one or more folders until Ctrl-C')
    .argument('<folders...>')
    .addHelpText('before', examples('coinbox terminal run ./t1 --port 7500'))
    .addOption(host())
    .addOption(port())
    .addOption(json())
    .option(
      '--start-within <seconds>',
      'give the money back if nothing starts (default: 300)',
      wholeNumber,
    )
    .option(
      '--bill-within <seconds>',
      'give the money back if no bill can be paid (default: 600)',
      wholeNumber,
    )
    .action((folders: string[], options: Listen & { startWithin?: number; billWithin?: number }) =>
      runTerminals(folders, options),
    );

  program
    .command('broker')
    .description('a small MQTT 5 broker for trying things out (loopback, keeps nothing)')
    .addHelpText('before', examples('coinbox broker --port 1883'))
    .addOption(host())
    .addOption(port())
    .addOption(json())
    .action(async (options: Listen) => {
      await stayUp('broker', await startBroker(options.host, options.port), options.json);
    });
}

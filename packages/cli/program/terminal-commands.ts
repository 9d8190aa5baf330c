import type { Command } from 'commander';
import type { Asset } from '@coinbox/protocol';
import { startBroker } from '../commands/broker.ts';
import { stayUp } from '../commands/run.ts';
import { runTerminals } from '../commands/terminal.ts';
import type { CarrierFlags } from '../commands/terminal-carriers.ts';
import { enrolTerminalFolder, readEnrolment } from '../enrol.ts';
import type { EnrolFlags } from '../enrol.ts';
import { parseMajor } from '../money-argument.ts';
import { print } from '../output.ts';
import { addClaimCommand } from './enrolment-commands.ts';
import { examples, host, json, port, webAddress, wholeNumber } from './options.ts';
import type { Listen } from './options.ts';
import { addTerminalKeyCommands, readKeyFlags, withKeyOptions } from './terminal-key-commands.ts';
import type { KeyFlags } from './terminal-key-commands.ts';

type InitTerminal = EnrolFlags & KeyFlags & { least?: string; most: string };
type RunFlags = CarrierFlags & {
  publicUrl?: string;
  startWithin?: number;
  billWithin?: number;
  liveWatts?: number;
};

/** Adds `terminal init`, `terminal run` and `broker`. */
export function addTerminalCommands(program: Command): void {
  const terminal = program.command('terminal').description('the agent of an unattended machine');
  withKeyOptions(terminal.command('init'))
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
      const keys = readKeyFlags(options);
      print(await enrolTerminalFolder({ ...enrolment, ...limits, keys }));
    });
  addTerminalKeyCommands(terminal);
  addClaimCommand(terminal);
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
    .option('--nfc [reader]', 'take payments at a card reader (PC/SC); default: the first one')
    .option('--ble [adapter]', 'take payments over Bluetooth; default: adapter 0', wholeNumber)
    .option('--public-url <url>', "what payers' phones find this program under", webAddress)
    .option('--live-watts <watts>', 'simulated chargers that deliver by themselves', wholeNumber)
    .action((folders: string[], options: Listen & RunFlags) => runTerminals(folders, options));

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

import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { startBroker } from './commands/broker.ts';
import { startStatusPage } from './commands/demo.ts';
import { examine, formatFindings } from './commands/doctor.ts';
import { makeIssuer, readToken, runIssuer } from './commands/issuer.ts';
import { makePayer, payTerminal, playMachine } from './commands/pay.ts';
import type { PayOrder, PlayOrder } from './commands/pay.ts';
import { runProviders } from './commands/provider.ts';
import { formatResult, replay } from './commands/replay.ts';
import type { ReplayOptions } from './commands/replay.ts';
import { checkLoopback, readTextFile, stayUp } from './commands/run.ts';
import { runTerminals } from './commands/terminal.ts';
import {
  enrolProviderFolder,
  enrolTerminalFolder,
  issuerClient,
  mapTerminal,
  orFail,
} from './enrol.ts';
import { EXIT, EXIT_MEANINGS, UsageError } from './exit-codes.ts';
import { parseId } from '@coinbox/protocol';
import type { IssuerClient, WalletId } from '@coinbox/protocol';
import { isTimeZone } from './fleet/local-time.ts';
import { print, printJson, tell, untilStopped } from './output.ts';

const inRepository = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));
const DEMO_SESSIONS = inRepository('data/ev-sessions.csv');
const DEMO_TARIFF = inRepository('data/tariff.json');

const exitCodes = EXIT_MEANINGS.map(([code, text]) => `  ${String(code).padStart(3)}  ${text}`);

/** The command line. Help begins with examples; results go to stdout, everything else to stderr. */
export const program = new Command('coinbox')
  .description('A wallet for an unattended machine.')
  .version('0.1.0')
  .showSuggestionAfterError()
  .addHelpText(
    'before',
    examples(
      'coinbox demo',
      'coinbox replay --sessions data/ev-sessions.csv --tariff data/tariff.json --once --json',
      'coinbox doctor',
    ),
  )
  .addHelpText('after', `\nExit codes:\n${exitCodes.join('\n')}\n`);

/** Examples before the help of a command. */
export function examples(...lines: readonly string[]): string {
  return `Examples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

const json = (): Option => new Option('--json', 'print JSON on stdout').default(false);
const host = (): Option =>
  new Option('--host <address>', 'loopback address').default('127.0.0.1').argParser(checkLoopback);
const port = (): Option =>
  new Option('--port <number>', 'TCP port; 0 takes any that is free')
    .default(0)
    .argParser(wholeNumber);

/** A whole number of an option. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`not a whole number: ${text}`);
  return Number(text);
}

type Listen = { host: string; port: number; json: boolean };

const issuer = program.command('issuer').description('the issuer of the money, and its ledger');
issuer
  .command('init')
  .description('make the data folder of an issuer')
  .argument('<folder>')
  .addHelpText('before', examples('coinbox issuer init ./issuer --network demo --asset CNY/2'))
  .requiredOption('--network <name>', 'name of this deployment: a–z, 0–9, -')
  .requiredOption('--asset <asset>', 'currency and decimals, such as CNY/2')
  .action((folder: string, { network, asset }: { network: string; asset: string }) => {
    const [maker, checker] = makeIssuer(folder, network, asset);
    tell(`made ${folder}. Two operators may sign in with the tokens in`);
    tell(`  ${maker}\n  ${checker}`);
    tell('What the one proposes, the other approves. Give the tokens away and delete the files.');
  });
issuer
  .command('run')
  .description('serve an issuer until Ctrl-C')
  .argument('<folder>')
  .addHelpText('before', examples('coinbox issuer run ./issuer --port 7400'))
  .addOption(host())
  .addOption(port())
  .addOption(json())
  .action((folder: string, options: Listen) => runIssuer(folder, options));

const terminal = program.command('terminal').description('the agent of an unattended machine');
type InitTerminal = {
  issuer: string;
  broker: string;
  tokenFile: string;
  tariff: string;
  least: string;
  most: string;
};
terminal
  .command('init')
  .description('make the folder of a terminal, and have the issuer certify its two wallets')
  .argument('<folder>')
  .addHelpText(
    'before',
    examples(
      'coinbox terminal init ./t1 --issuer http://127.0.0.1:7400 --broker mqtt://127.0.0.1:1883 \\',
      '  --token-file ./issuer/maker.token --tariff data/tariff.json --most 50000',
    ),
  )
  .requiredOption('--issuer <url>', 'address of the issuer')
  .requiredOption('--broker <url>', 'MQTT 5 broker between terminal and provider')
  .requiredOption('--token-file <file>', "an operator's token")
  .requiredOption('--tariff <file>', 'OCPI tariff')
  .option('--least <minor>', 'smallest payment, minor units', '1')
  .requiredOption('--most <minor>', 'largest payment, minor units')
  .action(async (folder: string, options: InitTerminal) => {
    const client = issuerClient(options.issuer, readToken(options.tokenFile));
    const wallet = await enrolTerminalFolder({
      folder,
      client,
      discovery: orFail(await client.discover(), 'the issuer does not answer'),
      issuerUrl: options.issuer,
      brokerUrl: options.broker,
      tariff: readTextFile(options.tariff),
      least: options.least,
      most: options.most,
    });
    print(wallet);
  });
terminal
  .command('run')
  .description('serve the terminals of one or more folders until Ctrl-C')
  .argument('<folders...>')
  .addHelpText('before', examples('coinbox terminal run ./t1 --port 7500'))
  .addOption(host())
  .addOption(port())
  .addOption(json())
  .option('--start-within <seconds>', 'give the money back if nothing starts', wholeNumber)
  .option('--bill-within <seconds>', 'give the money back if no bill can be paid', wholeNumber)
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

program
  .command('doctor')
  .description('look whether this machine can be trusted with money')
  .addHelpText('before', examples('coinbox doctor', 'coinbox doctor --folder ./issuer --port 7400'))
  .option('--folder <folder>', 'data folder of a party')
  .option('--port <number...>', 'ports that have to be free')
  .addOption(json())
  .action(async (options: { folder?: string; port?: string[]; json: boolean }) => {
    const ports = (options.port ?? []).map(wholeNumber);
    const findings = await examine({ ports, ...(options.folder && { folder: options.folder }) });
    if (options.json) printJson(findings);
    else print(formatFindings(findings));
    if (findings.some(({ state }) => state === 'failed')) process.exitCode = EXIT.failed;
  });

const provider = program.command('provider').description('the provider: meters to bills');
provider
  .command('init')
  .description('make the folder of a provider, and have the issuer certify its wallet')
  .argument('<folder>')
  .addHelpText(
    'before',
    examples(
      'coinbox provider init ./p1 --issuer http://127.0.0.1:7400 --broker mqtt://127.0.0.1:1883 \\',
      '  --token-file ./issuer/maker.token --tariff data/tariff.json',
    ),
  )
  .requiredOption('--issuer <url>', 'address of the issuer')
  .requiredOption('--broker <url>', 'MQTT 5 broker between terminal and provider')
  .requiredOption('--token-file <file>', "an operator's token")
  .requiredOption('--tariff <file>', 'OCPI tariff')
  .action(async (folder: string, options: Omit<InitTerminal, 'least' | 'most'>) => {
    const client = issuerClient(options.issuer, readToken(options.tokenFile));
    const wallet = await enrolProviderFolder({
      folder,
      client,
      discovery: orFail(await client.discover(), 'the issuer does not answer'),
      issuerUrl: options.issuer,
      brokerUrl: options.broker,
      tariff: readTextFile(options.tariff),
    });
    print(wallet);
  });
provider
  .command('run')
  .description('bill for the providers of one or more folders until Ctrl-C')
  .argument('<folders...>')
  .addHelpText('before', examples('coinbox provider run ./p1'))
  .addOption(host())
  .addOption(port())
  .addOption(json())
  .action((folders: string[], options: Listen) => runProviders(folders, options));

const payer = program.command('payer').description("the payer's wallet");
type InitPayer = { issuer: string; tokenFile: string; funds?: string };
payer
  .command('init')
  .description('make the folder of a payer wallet, and have the issuer certify it')
  .argument('<folder>')
  .addHelpText(
    'before',
    examples(
      'coinbox payer init ./me --issuer http://127.0.0.1:7400 --token-file ./issuer/maker.token \\',
      '  --funds 100.00',
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
    examples('coinbox pay ./me --terminal http://127.0.0.1:7500/wal_…/carrier --amount 20.00'),
  )
  .requiredOption('--terminal <url>', "address of the terminal's carrier")
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
  .action((session: string, options: Omit<PlayOrder, 'session'>) =>
    playMachine({ session, ...options }),
  );

type MapFlags = { issuer: string; proposer: string; approver: string };
program
  .command('map')
  .description('map a terminal to a provider: one operator proposes, another approves')
  .argument('<terminal>', 'holding wallet of the terminal')
  .argument('<provider>', 'wallet of the provider')
  .addHelpText(
    'before',
    examples(
      'coinbox map wal_… wal_… --issuer http://127.0.0.1:7400 \\',
      '  --proposer ./issuer/maker.token --approver ./issuer/checker.token',
    ),
  )
  .requiredOption('--issuer <url>', 'address of the issuer')
  .requiredOption('--proposer <file>', 'token of the operator who proposes')
  .requiredOption('--approver <file>', 'token of the operator who approves')
  .action(async (terminalId: string, providerId: string, flags: MapFlags) => {
    const [proposes, approves] = [flags.proposer, flags.approver].map((file) =>
      issuerClient(flags.issuer, readToken(file)),
    ) as [IssuerClient, IssuerClient];
    const [from, to] = [terminalId, providerId].map((text) =>
      orFail(parseId('wallet', text), text),
    ) as [WalletId, WalletId];
    await mapTerminal(proposes, approves, from, to);
  });

type ReplayFlags = Omit<ReplayOptions, 'quiet'> & { json: boolean; once: boolean; port: number };

/** The options that demo and replay share. */
function withReplayOptions(command: Command): Command {
  return command
    .option('--sessions <file>', 'recorded sessions, CSV', DEMO_SESSIONS)
    .option('--tariff <file>', 'OCPI tariff, JSON', DEMO_TARIFF)
    .option(
      '--deposit <amount>',
      'paid in for each session, such as 50.00; default: enough for all',
    )
    .option('--folder <folder>', 'keep all data here; default: a temporary folder')
    .option('--time-zone <zone>', 'of times and tariffs that name none', 'UTC')
    .option('--at-once <number>', 'sessions at a time', wholeNumber, 64)
    .option('--gateways <number>', 'processes that the terminals share', wholeNumber, 2)
    .option('--bill-within <seconds>', 'wait so long for a bill that can be paid', wholeNumber, 20)
    .option('--verbose', 'show what the processes say', false)
    .addOption(port())
    .addOption(json())
    .action(async (flags: ReplayFlags, self: Command) => {
      if (!isTimeZone(flags.timeZone)) throw new UsageError(`no time zone: ${flags.timeZone}`);
      const stays = self.name() === 'demo' ? !flags.once : !(flags.once || flags.json);
      await runReplay(flags, stays);
    });
}

async function runReplay(flags: ReplayFlags, stays: boolean): Promise<void> {
  const ran = await replay({ ...flags, quiet: flags.json });
  try {
    if (flags.json) printJson(ran.result);
    else print(formatResult(ran.result));
    if (BigInt(ran.result.difference_minor) !== 0n) process.exitCode = EXIT.failed;
    if (!stays) return;
    const page = await startStatusPage(ran.fleet, flags.port);
    tell(`live status on ${page.url}. Ctrl-C ends the demo.`);
    await untilStopped();
    await page.close();
  } finally {
    await ran.close();
  }
}

withReplayOptions(
  program
    .command('demo')
    .description('start all parties, replay recorded sessions, and stay up')
    .addHelpText('before', examples('coinbox demo', 'coinbox demo --folder ./demo --port 7600'))
    .option('--once', 'end after the replay', false),
);
withReplayOptions(
  program
    .command('replay')
    .description('play recorded sessions through all parties and compare their books')
    .addHelpText(
      'before',
      examples(
        'coinbox replay --sessions FILE.csv --tariff TARIFF.json --once --json',
        'coinbox replay --sessions FILE.csv --tariff TARIFF.json --deposit 50.00 --once',
      ),
    )
    .option('--once', 'end after the replay', false),
);

import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { startBroker } from './commands/broker.ts';
import { startStatusPage } from './commands/demo.ts';
import { examine, formatFindings } from './commands/doctor.ts';
import { addExportCommand } from './commands/export.ts';
import { makeIssuer, readToken, runIssuer } from './commands/issuer.ts';
import { manualOf } from './commands/manual.ts';
import { makePayer, payTerminal, playMachine } from './commands/pay.ts';
import type { PayOrder, PlayOrder } from './commands/pay.ts';
import { runProviders } from './commands/provider.ts';
import { formatResult, replay } from './commands/replay.ts';
import type { ReplayOptions } from './commands/replay.ts';
import { addReceiptCommand } from './commands/receipt.ts';
import { checkLoopback, stayUp } from './commands/run.ts';
import { addWitnessCommand } from './commands/run-witness.ts';
import { runTerminals } from './commands/terminal.ts';
import { addVerifyCommand } from './commands/verify.ts';
import {
  enrolProviderFolder,
  enrolTerminalFolder,
  issuerClient,
  mapTerminal,
  readEnrolment,
} from './enrol.ts';
import type { EnrolFlags } from './enrol.ts';
import { EXIT, EXIT_MEANINGS, UsageError } from './exit-codes.ts';
import { parseId } from '@coinbox/protocol';
import type { Asset, IssuerClient, WalletId } from '@coinbox/protocol';
import { isTimeZone } from './fleet/local-time.ts';
import { parseMajor } from './money-argument.ts';
import { print, printJson, tell, untilStopped } from './output.ts';

const DEMO_SESSIONS = 'data/ev-sessions.csv';
const DEMO_TARIFF = 'data/tariff.json';
const inRepository = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));
const fileOption = (flags: string, what: string, path: string): Option =>
  new Option(flags, what).default(inRepository(path), `${path} of Coinbox`);

const FIRST_STEPS = 'First steps: docs/start/tutorial.md, docs/start/tutorial.zh-CN.md';
const exitCodes = EXIT_MEANINGS.map(([code, text]) => `  ${String(code).padStart(3)}  ${text}`);

/** The command line. Help begins with examples; results go to stdout, everything else to stderr. */
export const program = new Command('coinbox')
  .description('A wallet for an unattended machine.')
  .version('0.1.0')
  .showSuggestionAfterError()
  .exitOverride()
  .addHelpText(
    'before',
    examples(
      'coinbox demo',
      'coinbox replay --sessions data/ev-sessions.csv --tariff data/tariff.json --once --json',
      'coinbox doctor',
    ),
  )
  .addHelpText('after', `\nExit codes:\n${exitCodes.join('\n')}\n\n${FIRST_STEPS}\n`);

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
    .argParser(portNumber);

function portNumber(text: string): number {
  const number = wholeNumber(text);
  if (number > 65_535) throw new UsageError(`not a TCP port: ${text}`);
  return number;
}

/** A whole number of an option. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`not a whole number: ${text}`);
  return Number(text);
}

function countingNumber(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new UsageError('at least 1');
  return number;
}

type Listen = { host: string; port: number; json: boolean };

type InitIssuer = { network: string; asset: string; database?: string };
const issuer = program.command('issuer').description('the issuer of the money, and its ledger');
issuer
  .command('init')
  .description('make the data folder of an issuer')
  .argument('<folder>')
  .addHelpText('before', examples('coinbox issuer init ./issuer --network demo --asset CNY/2'))
  .requiredOption('--network <name>', 'name of this deployment: a–z, 0–9, -')
  .requiredOption('--asset <asset>', 'currency and decimals, such as CNY/2')
  .option('--database <url>', 'keep the ledger in PostgreSQL: postgres://user@host:5432/database')
  .action((folder: string, { network, asset, database }: InitIssuer) => {
    const [maker, checker] = makeIssuer(folder, network, asset, database);
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
type InitTerminal = EnrolFlags & { least?: string; most: string };
terminal
  .command('init')
  .description('make the folder of a terminal, and have the issuer certify its two wallets')
  .argument('<folder>')
  .addHelpText(
    'before',
    examples(
      'coinbox terminal init ./t1 --issuer http://127.0.0.1:7400 --broker mqtt://127.0.0.1:1883 \\',
      '  --token-file ./issuer/maker.token --tariff data/tariff.json --most 500.00',
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

program
  .command('doctor')
  .description('look whether this machine can be trusted with money')
  .addHelpText('before', examples('coinbox doctor', 'coinbox doctor --folder ./issuer --port 7400'))
  .option('--folder <folder>', 'data folder of a party')
  .option('--port <number...>', 'ports that have to be free')
  .addOption(json())
  .action(async (options: { folder?: string; port?: string[]; json: boolean }) => {
    const ports = (options.port ?? []).map(portNumber);
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
  .action(async (folder: string, options: EnrolFlags) => {
    print(await enrolProviderFolder(await readEnrolment(folder, options)));
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

function walletId(text: string): WalletId {
  const id = parseId('wallet', text);
  if (!id.ok) throw new UsageError(`not the id of a wallet: ${text}`);
  return id.value;
}

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
    const [from, to] = [terminalId, providerId].map(walletId) as [WalletId, WalletId];
    const version = await mapTerminal(proposes, approves, from, to);
    tell(`${from} is mapped to ${to}, version ${version}`);
  });

type ReplayFlags = Omit<ReplayOptions, 'quiet'> & { json: boolean; once: boolean; port: number };

/** The options that demo and replay share. */
function withReplayOptions(command: Command): Command {
  return command
    .addOption(fileOption('--sessions <file>', 'recorded sessions, CSV', DEMO_SESSIONS))
    .addOption(fileOption('--tariff <file>', 'OCPI tariff, JSON', DEMO_TARIFF))
    .option(
      '--deposit <amount>',
      'paid in for each session, such as 50.00; default: enough for all',
    )
    .option('--folder <folder>', 'keep all data here; default: a temporary folder')
    .option('--time-zone <zone>', 'of times and tariffs that name none', 'UTC')
    .option('--at-once <number>', 'sessions at a time', countingNumber, 64)
    .option('--gateways <number>', 'processes that the terminals share', countingNumber, 3)
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

addExportCommand(program);
addVerifyCommand(program);
addReceiptCommand(program);
addWitnessCommand(program);

program
  .command('manual')
  .description('print the help of all commands as one page of Markdown')
  .action(() => void process.stdout.write(manualOf(program)));

import type { Command } from 'commander';
import { startDemo } from '../commands/demo.ts';
import { formatResult, replay } from '../commands/replay.ts';
import type { ReplayOptions } from '../commands/replay.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { isTimeZone } from '../fleet/local-time.ts';
import { print, printJson, tell, untilStopped } from '../output.ts';
import { countingNumber, examples, fileOption, json, port, wholeNumber } from './options.ts';

const DEMO_SESSIONS = 'data/ev-sessions.csv';
const DEMO_TARIFF = 'data/tariff.json';

/** Adds `demo` and `replay`. */
export function addReplayCommands(program: Command): void {
  withReplayOptions(
    program
      .command('demo')
      .description('start all parties, replay recorded sessions, and stay up')
      .addHelpText('before', examples('coinbox demo', 'coinbox demo --folder ./demo --port 7600'))
      .option('--once', 'end after the replay', false)
      .option('--pace <number>', 'sessions a minute after the replay', wholeNumber, 60),
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
}

type ReplayFlags = Omit<ReplayOptions, 'quiet'> & {
  json: boolean;
  once: boolean;
  port: number;
  pace?: number;
};

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
    const demo = await startDemo(ran, flags.port, flags.pace ?? 0);
    tell(`live status on ${demo.page.url}. Ctrl-C ends the demo.`);
    await untilStopped();
    await demo.stop();
  } finally {
    await ran.close();
  }
}

import { Option } from 'commander';
import type { Command } from 'commander';
import { EXIT, UsageError } from '../exit-codes.ts';
import { print, printJson, tell } from '../output.ts';
import { checkLoopback, reportFault, stayUp } from './run.ts';
import type { RunOptions } from './run.ts';
import { EVIDENCE_FILE, lookJson, makeWitness, openWitness, serveWitness } from './witness.ts';
import type { InitWitness, Witness } from './witness.ts';

type RunWitness = RunOptions & { readonly every: number; readonly once: boolean };

/** Looks once, and says what came of it. Evidence ends the program with 65. */
async function lookAndTell(witness: Witness, folder: string): Promise<void> {
  const look = await witness.look();
  if (look.kind === 'nothing') tell(`witness: nothing signed: ${look.why}`);
  if (look.kind !== 'evidence') return;
  tell(`witness: the log is not one log: see ${folder}/${EVIDENCE_FILE}. Nothing is signed.`);
  process.exitCode = EXIT.data;
}

async function runWitness(folder: string, options: RunWitness): Promise<void> {
  const witness = openWitness(folder);
  try {
    await lookAndTell(witness, folder);
    if (options.once) {
      const look = witness.last();
      if (options.json) printJson({ key: witness.key, ...lookJson(look) });
      else if (look?.kind === 'signed') print(look.note.trimEnd());
      if (look?.kind === 'nothing') process.exitCode = EXIT.unavailable;
      return;
    }
    const running = await serveWitness(witness, options.host, options.port);
    let looking = Promise.resolve();
    const timer = setInterval(() => {
      if (witness.last()?.kind === 'evidence') return;
      looking = looking.then(() => lookAndTell(witness, folder));
      looking.catch((fault: unknown) => {
        clearInterval(timer);
        reportFault(fault);
      });
    }, options.every * 1000);
    await stayUp('witness', running, options.json);
    clearInterval(timer);
    await looking;
  } finally {
    witness.close();
  }
}

function seconds(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`not a number of seconds: ${text}`);
  return Number(text);
}

function tcpPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new UsageError(`not a TCP port: ${text}`);
  }
  return Number(text);
}

/** `coinbox witness init` and `coinbox witness run`. */
export function addWitnessCommand(program: Command): void {
  const witness = program
    .command('witness')
    .description('watch the log of an issuer, and sign that it is one log for all');
  witness
    .command('init')
    .description('make the folder of a witness')
    .argument('<folder>')
    .addHelpText(
      'before',
      'Examples:\n  coinbox witness init ./witness --log http://127.0.0.1:7400 \\\n' +
        '    --name witness.example/w1\n',
    )
    .requiredOption('--log <url>', 'address of the issuer whose log is to be watched')
    .option('--name <name>', 'name that it signs with: a URL without https://')
    .option('--root <key>', 'root key that the issuer must name, base64url, as known elsewhere')
    .action(async (folder: string, options: InitWitness) => {
      const { key, log, root } = await makeWitness(folder, options);
      tell(`made ${folder}. It watches ${log}, certified under the root key ${root}.`);
      tell('Others check its signatures with');
      print(key);
    });
  witness
    .command('run')
    .description('look at the log again and again, and serve what was signed, until Ctrl-C')
    .argument('<folder>')
    .addHelpText(
      'before',
      'Examples:\n  coinbox witness run ./witness --port 7500\n' +
        '  coinbox witness run ./witness --once\n',
    )
    .addOption(
      new Option('--host <address>', 'loopback address')
        .default('127.0.0.1')
        .argParser(checkLoopback),
    )
    .addOption(
      new Option('--port <number>', 'TCP port; 0 takes any that is free')
        .default(0)
        .argParser(tcpPort),
    )
    .addOption(
      new Option('--every <seconds>', 'time between two looks').default(30).argParser(seconds),
    )
    .option('--once', 'look once, print the signed checkpoint, and end', false)
    .option('--json', 'print JSON on stdout', false)
    .action(runWitness);
}

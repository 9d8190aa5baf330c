import { Command } from 'commander';
import { examine, formatFindings } from './commands/doctor.ts';
import { addExportCommand } from './commands/export.ts';
import { manualOf } from './commands/manual.ts';
import { addReceiptCommand } from './commands/receipt.ts';
import { addWitnessCommand } from './commands/run-witness.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { EXIT, EXIT_MEANINGS } from './exit-codes.ts';
import { print, printJson } from './output.ts';
import { addAuditCommand } from './program/audit-command.ts';
import { addBooksCommands } from './program/books-commands.ts';
import { addEnrolmentCommands } from './program/enrolment-commands.ts';
import { addIssuerCommands } from './program/issuer-commands.ts';
import { addMapCommand } from './program/map-command.ts';
import { examples, json, portNumber } from './program/options.ts';
import { addPayerCommands } from './program/payer-commands.ts';
import { addProviderCommands } from './program/provider-commands.ts';
import { addReplayCommands } from './program/replay-commands.ts';
import { addTerminalCommands } from './program/terminal-commands.ts';

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

addIssuerCommands(program);
addTerminalCommands(program);
addEnrolmentCommands(program);

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

addProviderCommands(program);
addPayerCommands(program);
addMapCommand(program);
addReplayCommands(program);
addExportCommand(program);
addVerifyCommand(program);
addReceiptCommand(program);
addAuditCommand(program);
addBooksCommands(program);
addWitnessCommand(program);

program
  .command('manual')
  .description('print the help of all commands as one page of Markdown')
  .action(() => void process.stdout.write(manualOf(program)));

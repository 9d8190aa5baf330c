import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { newId } from '@coinbox/protocol';
import type { Asset } from '@coinbox/protocol';
import { approveEnrolment, claimTerminalFolder, proposeEnrolment } from '../claim.ts';
import { readToken } from '../commands/issuer.ts';
import { now, readEnrolment } from '../enrol.ts';
import type { EnrolFlags } from '../enrol.ts';
import { parseMajor } from '../money-argument.ts';
import { print, printJson } from '../output.ts';
import { examples, json } from './options.ts';
import { readKeyFlags, withKeyOptions } from './terminal-key-commands.ts';
import type { KeyFlags } from './terminal-key-commands.ts';

type ProposeFlags = EnrolFlags & { provider: string; least?: string; most: string; json: boolean };
type ApproveFlags = { issuer: string; tokenFile: string; json: boolean };
type ClaimFlags = KeyFlags & { issuer: string; code: string };

/** Adds `enrolment propose` and `enrolment approve`. */
export function addEnrolmentCommands(program: Command): void {
  const enrolment = program
    .command('enrolment')
    .description('have a new terminal enrol itself by a code that two people agree to');
  enrolment
    .command('propose')
    .description('propose what a new terminal is told; prints the id of the proposal')
    .addHelpText(
      'before',
      examples(
        'coinbox enrolment propose --issuer http://127.0.0.1:7400 --token-file maker.token \\',
        '  --provider wal_… --broker mqtt://127.0.0.1:1883 --tariff tariff.json --most 500.00',
      ),
    )
    .requiredOption('--issuer <url>', 'address of the issuer')
    .requiredOption('--token-file <file>', "an operator's token")
    .requiredOption('--provider <wallet>', 'wallet that the terminal is mapped to')
    .requiredOption('--broker <url>', 'MQTT 5 broker between terminal and provider')
    .requiredOption('--tariff <file>', 'OCPI tariff')
    .option('--least <amount>', 'smallest payment, such as 1.00; default: the smallest there is')
    .requiredOption('--most <amount>', 'largest payment, such as 500.00')
    .addOption(json())
    .action(async (options: ProposeFlags) => {
      const { issuer, tokenFile, provider, least, most } = options;
      const { discovery, brokerUrl: broker_url, tariff } = await readEnrolment('', options);
      const minor = (text: string): string => parseMajor(text, discovery.asset as Asset).toString();
      const proposed = await proposeEnrolment(issuer, readToken(tokenFile), {
        proposal: newId('proposal', now(), randomBytes(10)),
        provider,
        broker_url,
        tariff,
        least: least === undefined ? '1' : minor(least),
        most: minor(most),
      });
      if (options.json) printJson(proposed);
      else print(proposed.proposal);
    });
  enrolment
    .command('approve')
    .description("approve somebody else's proposal; prints the code, this once")
    .argument('<proposal>')
    .addHelpText(
      'before',
      examples(
        'coinbox enrolment approve prp_… --issuer http://127.0.0.1:7400 --token-file checker.token',
      ),
    )
    .requiredOption('--issuer <url>', 'address of the issuer')
    .requiredOption('--token-file <file>', "an operator's token, not the proposer's")
    .addOption(json())
    .action(async (proposal: string, { issuer, tokenFile, json: asJson }: ApproveFlags) => {
      const approved = await approveEnrolment(issuer, readToken(tokenFile), proposal);
      if (asJson) printJson(approved);
      else print(approved.code);
    });
}

/** Adds `terminal claim`. */
export function addClaimCommand(terminal: Command): void {
  withKeyOptions(terminal.command('claim'))
    .description('make the folder of a terminal by a claim code; prints its wallet')
    .argument('<folder>')
    .addHelpText(
      'before',
      examples(
        'coinbox terminal claim ./t1 --issuer http://127.0.0.1:7400 \\',
        '  --code 01M8432KHT3J95576N87WS75R1-7K3M-9Q2X-4TTA-0C5D',
      ),
    )
    .requiredOption('--issuer <url>', 'address of the issuer')
    .requiredOption('--code <code>', 'the code that `enrolment approve` has printed')
    .action(async (folder: string, options: ClaimFlags) => {
      const { issuer: issuerUrl, code } = options;
      print(await claimTerminalFolder({ folder, issuerUrl, code, keys: readKeyFlags(options) }));
    });
}

import type { Command } from 'commander';
import type { IssuerClient, WalletId } from '@coinbox/protocol';
import { readToken } from '../commands/issuer.ts';
import { issuerClient, mapTerminal } from '../enrol.ts';
import { tell } from '../output.ts';
import { examples, walletId } from './options.ts';

type MapFlags = { issuer: string; proposer: string; approver: string };

/** Adds `map`. */
export function addMapCommand(program: Command): void {
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
}

import type { Command } from 'commander';
import { makeIssuer, runIssuer } from '../commands/issuer.ts';
import { tell } from '../output.ts';
import { examples, host, json, port } from './options.ts';
import type { Listen } from './options.ts';

type RunFlags = Listen & { webhooksAnywhere: boolean };
type InitIssuer = { network: string; asset: string; database?: string };

/** Adds `issuer init` and `issuer run`. */
export function addIssuerCommands(program: Command): void {
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
    .option('--webhooks-anywhere', 'let webhooks go to http and to private addresses', false)
    .addOption(json())
    .action((folder: string, options: RunFlags) => runIssuer(folder, options));
}

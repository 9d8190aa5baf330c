import type { Command } from 'commander';
import { runProviders } from '../commands/provider.ts';
import { enrolProviderFolder, readEnrolment } from '../enrol.ts';
import type { EnrolFlags } from '../enrol.ts';
import { print } from '../output.ts';
import { examples, host, json, port } from './options.ts';
import type { Listen } from './options.ts';

/** Adds `provider init` and `provider run`. */
export function addProviderCommands(program: Command): void {
  const provider = program.command('provider').description('the provider: meters to bills');
  provider
    .command('init')
    .description('make the folder of a provider, and have the issuer certify its wallet')
    .argument('<folder>')
    .addHelpText(
      'before',
      examples(
        'coinbox provider init ./p1 --issuer http://127.0.0.1:7400 \\',
        '  --broker mqtt://127.0.0.1:1883 --token-file ./issuer/maker.token \\',
        '  --tariff data/tariff.json',
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
}

import type { Command } from 'commander';
import { auditJson, auditSession, formatAudit, writePack } from '../commands/audit.ts';
import type { AuditOrder } from '../commands/audit.ts';
import { EXIT } from '../exit-codes.ts';
import { print, printJson, tell } from '../output.ts';
import { examples, json } from './options.ts';

type Flags = Omit<AuditOrder, 'session'> & { readonly pack?: string; readonly json: boolean };

/** Adds `audit`. */
export function addAuditCommand(program: Command): void {
  program
    .command('audit')
    .description('follow one session from the payment to the receipts, offline')
    .argument('<session>')
    .addHelpText(
      'before',
      examples(
        'coinbox audit ses_… --from ./t1 ./p1 ./me',
        'coinbox audit ses_… --from ./t1 ./issuer.ndjson --root KEY --json',
        'coinbox audit ses_… --from ./t1 ./p1 ./me --pack ./dispute-17',
      ),
    )
    .requiredOption('--from <sources...>', 'folders of parties, and files of coinbox export')
    .option('--root <key>', 'root key that the sources must name, base64url, as known elsewhere')
    .option('--evidence <file>', 'signed records of the meter (OCMF), one a line')
    .option('--meter-key <file>', "the meter's public key: DER in hexadecimal")
    .option('--meter-serial <text>', 'serial number of the meter')
    .option(
      '--pack <folder>',
      'write every message with its check into a new folder, for a dispute',
    )
    .addOption(json())
    .action(async (session: string, { pack, json: asJson, ...order }: Flags) => {
      const audit = await auditSession({ ...order, session });
      if (asJson) printJson(auditJson(audit));
      else print(formatAudit(audit));
      if (pack !== undefined) tell(`wrote ${writePack(pack, audit)} files into ${pack}`);
      if (!audit.ok) process.exitCode = EXIT.failed;
    });
}

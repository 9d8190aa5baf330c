import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TokenFolder } from '../token-keys.ts';

const MODULE = '/usr/lib/softhsm/libsofthsm2.so';
const PIN = '1234';

/** Is SoftHSM here, a PKCS#11 token in software that stands in for a chip? */
export const hasSoftToken = (): boolean => existsSync(MODULE);

/**
 * Makes a fresh token below `root`, and has this program's SoftHSM look there: for one token folder
 * in a process, since the library reads its settings once.
 */
export function makeSoftToken(root: string, label: string): TokenFolder {
  const tokens = join(root, 'tokens');
  const settings = join(root, 'softhsm2.conf');
  const pinFile = join(root, 'pin');
  mkdirSync(tokens, { recursive: true });
  writeFileSync(
    settings,
    `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  writeFileSync(pinFile, `${PIN}\n`, { mode: 0o600 });
  process.env.SOFTHSM2_CONF = settings;
  execFileSync(
    'softhsm2-util',
    ['--init-token', '--free', '--label', label, '--so-pin', '0000', '--pin', PIN],
    { stdio: 'ignore' },
  );
  return { module: MODULE, token: label, pinFile };
}

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ALGORITHMS, Fault, softwareSigner } from '@coinbox/protocol';
import type { Algorithm, Signer } from '@coinbox/protocol';
import { checkSecretFile, readJsonFile, writeJsonFile } from './folder.ts';

/**
 * Where a party's keys are. Names are the party's own words: `holding`, `settlement`, `receipts`.
 * This port has one place for secure elements to come in; the file is tier 0: no claim of tamper
 * resistance.
 */
export interface KeyStore {
  /** 0 software, 1 secure element, 2 certified secure element. */
  readonly tier: number;
  /** The signer of a key that exists. Fault config-invalid where there is none. */
  signer(name: string): Signer;
}

const KEY_FILE = 'keys.json';
type StoredKey = { algorithm: Algorithm; secret: string };

/**
 * Makes the keys of a new data folder: 32 random bytes each, in a file for the owner only. Fault
 * already-initialised.
 */
export function createKeys(folder: string, names: Readonly<Record<string, Algorithm>>): KeyStore {
  if (existsSync(join(folder, KEY_FILE))) {
    throw new Fault('already-initialised', `${join(folder, KEY_FILE)} exists`);
  }
  const stored = Object.entries(names).map(([name, algorithm]): [string, StoredKey] => [
    name,
    { algorithm, secret: randomBytes(32).toString('base64url') },
  ]);
  writeJsonFile(folder, KEY_FILE, Object.fromEntries(stored));
  return openKeys(folder);
}

/**
 * The keys of a data folder. Faults: not-initialised, config-invalid, startup-unsafe (others can
 * read the file).
 */
export function openKeys(folder: string): KeyStore {
  const read = readJsonFile(folder, KEY_FILE);
  checkSecretFile(join(folder, KEY_FILE));
  if (typeof read !== 'object' || read === null) {
    throw new Fault('config-invalid', `${join(folder, KEY_FILE)} holds no keys`);
  }
  const stored = read as Record<string, Partial<StoredKey> | null>;
  const signers = new Map<string, Signer>();
  return {
    tier: 0,
    signer(name) {
      const known = signers.get(name);
      if (known) return known;
      const key = Object.hasOwn(stored, name) ? stored[name] : undefined;
      const secret = Buffer.from(String(key?.secret), 'base64url');
      const algorithm = ALGORITHMS.find((one) => one === key?.algorithm);
      if (!algorithm || secret.length !== 32) {
        throw new Fault('config-invalid', `${join(folder, KEY_FILE)} has no usable key "${name}"`);
      }
      const signer = softwareSigner(algorithm, secret);
      signers.set(name, signer);
      return signer;
    },
  };
}

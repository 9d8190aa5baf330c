import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ALGORITHMS, Fault, softwareSigner } from '@coinbox/protocol';
import type { Algorithm, Signer } from '@coinbox/protocol';
import { checkSecretFile, readJsonFile, writeJsonFile } from './folder.ts';
import type { KeyStore } from './key-store.ts';
import { TOKEN_FILE, openTokenKeys } from './token-keys.ts';

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
    newKey(algorithm),
  ]);
  writeJsonFile(folder, KEY_FILE, Object.fromEntries(stored));
  return openKeys(folder);
}

const newKey = (algorithm: Algorithm): StoredKey => ({
  algorithm,
  secret: randomBytes(32).toString('base64url'),
});

/**
 * The keys of a data folder: on the token that `token.json` names, else in `keys.json`. Faults:
 * not-initialised, config-invalid, startup-unsafe (others can read the file), token-failed.
 */
export function openKeys(folder: string): KeyStore {
  if (existsSync(join(folder, TOKEN_FILE))) return openTokenKeys(folder);
  const read = readJsonFile(folder, KEY_FILE);
  checkSecretFile(join(folder, KEY_FILE));
  if (typeof read !== 'object' || read === null) {
    throw new Fault('config-invalid', `${join(folder, KEY_FILE)} holds no keys`);
  }
  const stored = read as Record<string, Partial<StoredKey> | null>;
  const signers = new Map<string, Signer>();
  const store: KeyStore = {
    tier: 0,
    has: (name) => Object.hasOwn(stored, name),
    add(name, algorithm) {
      if (store.has(name)) {
        throw new Fault('config-invalid', `${join(folder, KEY_FILE)} has a key "${name}"`);
      }
      const key = newKey(algorithm);
      writeJsonFile(folder, KEY_FILE, { ...stored, [name]: key });
      stored[name] = key;
      return store.signer(name);
    },
    signer(name) {
      const known = signers.get(name);
      if (known) return known;
      const key = store.has(name) ? stored[name] : undefined;
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
  return store;
}

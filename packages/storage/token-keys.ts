import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ALGORITHMS, Fault } from '@coinbox/protocol';
import type { Algorithm, Signer } from '@coinbox/protocol';
import { checkSecretFile, readJsonFile, writeJsonFile } from './folder.ts';
import type { KeyStore } from './key-store.ts';
import { openToken } from './token.ts';
import type { Token, TokenKey } from './token.ts';

/** The file of a data folder that says which token its keys are on. Nothing in it is secret. */
export const TOKEN_FILE = 'token.json';

/** `token.json`, without the keys: where the token is. */
export type TokenFolder = {
  /** The token's PKCS#11 library, such as `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly module: string;
  /** Label of the token. */
  readonly token: string;
  /** A file for the owner only with the PIN in it; a relative path is one in the folder. */
  readonly pinFile: string;
};
type TokenConfig = TokenFolder & { readonly keys: Readonly<Record<string, TokenKey>> };

/** A token says nothing of who has certified it. */
const TIER = 1;

/**
 * Makes the keys of a new data folder on a token and writes down which they are. Faults:
 * already-initialised, config-invalid, startup-unsafe, token-failed.
 */
export function createTokenKeys(
  folder: string,
  place: TokenFolder,
  names: Readonly<Record<string, Algorithm>>,
): KeyStore {
  const file = join(folder, TOKEN_FILE);
  if (existsSync(file)) throw new Fault('already-initialised', `${file} exists`);
  const token = openAt(folder, place);
  const keys = Object.entries(names).map(([name, algorithm]): [string, TokenKey] => [
    name,
    token.create(name, algorithm),
  ]);
  token.close();
  writeJsonFile(folder, TOKEN_FILE, { ...place, keys: Object.fromEntries(keys) });
  return openTokenKeys(folder);
}

/** The keys that `token.json` names. Faults: config-invalid, startup-unsafe, token-failed. */
export function openTokenKeys(folder: string): KeyStore {
  const config = readConfig(folder);
  const token = openAt(folder, config);
  const keys: Record<string, TokenKey> = { ...config.keys };
  const signers = new Map<string, Signer>();
  const store: KeyStore = {
    tier: TIER,
    has: (name) => Object.hasOwn(keys, name),
    add(name, algorithm) {
      if (store.has(name)) {
        throw new Fault('config-invalid', `${TOKEN_FILE} has a key "${name}"`);
      }
      const key = token.create(name, algorithm);
      writeJsonFile(folder, TOKEN_FILE, { ...config, keys: { ...keys, [name]: key } });
      keys[name] = key;
      return store.signer(name);
    },
    signer(name) {
      const known = signers.get(name);
      if (known) return known;
      const key = store.has(name) ? keys[name] : undefined;
      if (!key) throw new Fault('config-invalid', `${TOKEN_FILE} names no key "${name}"`);
      const signer = token.signer(key);
      signers.set(name, signer);
      return signer;
    },
  };
  return store;
}

function openAt(folder: string, { module, token, pinFile }: TokenFolder): Token {
  const file = resolve(folder, pinFile);
  if (!existsSync(file)) throw new Fault('config-invalid', `there is no PIN file ${file}`);
  checkSecretFile(file);
  return openToken({ module, token, pin: readFileSync(file, 'utf8').trim() });
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function readConfig(folder: string): TokenConfig {
  const config = readJsonFile(folder, TOKEN_FILE) as Partial<TokenConfig> | null;
  const { module, token, pinFile, keys } = config ?? {};
  if (!isText(module) || !isText(token) || !isText(pinFile) || typeof keys !== 'object') {
    throw new Fault('config-invalid', `${TOKEN_FILE} names no module, token, pinFile or keys`);
  }
  for (const [name, key] of Object.entries(keys ?? {})) {
    if (!isText(key?.label) || !ALGORITHMS.includes(key.algorithm)) {
      throw new Fault('config-invalid', `${TOKEN_FILE}: the key "${name}"`);
    }
  }
  return { module, token, pinFile, keys: keys ?? {} };
}

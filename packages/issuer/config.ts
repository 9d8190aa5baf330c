import { Fault, isNetworkId, parseAsset } from '@coinbox/protocol';
import type { Asset, NetworkId, PublicKey } from '@coinbox/protocol';
import { readJsonFile, writeJsonFile } from '@coinbox/storage';
import { asset, bytes, needed, object, optional, publicKey, text, toBase64url } from './read.ts';

export const CONFIG_FILE = 'issuer.json';

/** What `issuer.json` says. Nothing in it is secret. */
export type IssuerConfig = {
  readonly network: NetworkId;
  readonly asset: Asset;
  readonly root: PublicKey;
  /** The authority's certificate, then the one of the key that signs receipts. */
  readonly certificates: readonly Uint8Array[];
  /** Operators by name, with the SHA-256 of their token. */
  readonly people: Readonly<Record<string, Uint8Array>>;
  /**
   * Address of the PostgreSQL database that holds the ledger, without a password. Default: the
   * ledger is a SQLite file in the folder.
   */
  readonly database?: string;
};

export const isPersonName = (name: string): boolean => /^[a-z][a-z0-9-]{0,31}$/.test(name);

const read = object({
  network: needed(text),
  asset: needed(asset),
  root: needed(publicKey),
  authority: needed(bytes),
  receipts: needed(bytes),
  database: optional(text),
  people: needed((value) =>
    typeof value === 'object' && value !== null
      ? { ok: true, value: Object.entries(value) }
      : { ok: false, rejection: { code: 'malformed-type' } },
  ),
});

/** The settings of a data folder. Faults: not-initialised, config-invalid. */
export function readConfig(folder: string): IssuerConfig {
  const config = read(readJsonFile(folder, CONFIG_FILE));
  if (!config.ok) {
    const { code, detail } = config.rejection;
    throw new Fault('config-invalid', `${CONFIG_FILE}: ${code} ${detail ?? ''}`);
  }
  const { network, root, authority, receipts, database } = config.value;
  if (!isNetworkId(network)) throw new Fault('config-invalid', `${CONFIG_FILE}: /network`);
  const people = config.value.people.map(([name, token]): [string, Uint8Array] => {
    const hash = bytes((token as { token_sha256?: unknown } | null)?.token_sha256);
    if (!isPersonName(name) || !hash.ok || hash.value.length !== 32) {
      throw new Fault('config-invalid', `${CONFIG_FILE}: /people/${name}`);
    }
    return [name, hash.value];
  });
  return {
    network,
    asset: config.value.asset,
    root,
    certificates: [authority, receipts],
    people: Object.fromEntries(people),
    ...(database !== undefined && { database: checkDatabase(database) }),
  };
}

export function writeConfig(folder: string, config: IssuerConfig): void {
  const [authority, receipts] = config.certificates.map(toBase64url);
  const people = Object.entries(config.people).map(([name, hash]) => [
    name,
    { token_sha256: toBase64url(hash) },
  ]);
  writeJsonFile(folder, CONFIG_FILE, {
    network: config.network,
    asset: config.asset,
    root: { algorithm: config.root.algorithm, bytes: toBase64url(config.root.bytes) },
    authority,
    receipts,
    people: Object.fromEntries(people),
    ...(config.database !== undefined && { database: config.database }),
  });
}

/**
 * The address of a database as it may stand in the configuration: what is secret in it belongs into
 * the environment (PGPASSWORD). Faults config-invalid.
 */
export function checkDatabase(url: string): string {
  if (!/^postgres(?:ql)?:\/\/\S+$/.test(url)) {
    throw new Fault('config-invalid', 'not an address as postgres://user@host:5432/database');
  }
  if (/^\w+:\/\/[^/?]*:[^/?]*@/.test(url) || /[?&]password=/.test(url)) {
    throw new Fault('config-invalid', 'a password does not belong here: set PGPASSWORD instead');
  }
  return url;
}

/** Faults config-invalid where `init` was asked for something that cannot be. */
export function checkSettings(network: string, wanted: string, people: readonly string[]): Asset {
  const found = parseAsset(wanted);
  if (!isNetworkId(network)) throw new Fault('config-invalid', `not a network id: ${network}`);
  if (!found.ok) throw new Fault('config-invalid', `not an asset: ${wanted}`);
  if (people.length < 2 || !people.every(isPersonName) || new Set(people).size < people.length) {
    throw new Fault('config-invalid', 'two people or more, each with a name of a–z, 0–9 and -');
  }
  return found.value;
}

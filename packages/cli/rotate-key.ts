import type { IssuerClient, WalletId } from '@coinbox/protocol';
import { lockFolder, openKeys } from '@coinbox/storage';
import { changeSettlementKey, readTerminalFolder } from '@coinbox/terminal';
import { now, openWallet, walletIds } from './enrol.ts';

/** What a terminal signs settlements with now, and what it did until now. */
export type RotatedKey = { readonly wallet: WalletId; readonly replaces: WalletId };

/**
 * Gives a terminal another settlement wallet with a key of its own. Both are good until the old one
 * is frozen and its key revoked: what waits to be sent keeps its signature. The agent must not be
 * running; a change that was cut short goes on with the same key and wallet. Throws RefusedError,
 * Faults already-running, config-invalid, token-failed, unreachable.
 */
export async function rotateSettlementKey(
  folder: string,
  client: IssuerClient,
): Promise<RotatedKey> {
  const lock = lockFolder(folder);
  try {
    const { config, keys } = readTerminalFolder(folder, now());
    const store = openKeys(folder);
    const settlementKey = nextName(config.settlementKey);
    const { algorithm } = keys.settlement.publicKey;
    const { publicKey } = store.has(settlementKey)
      ? store.signer(settlementKey)
      : store.add(settlementKey, algorithm);
    const wallet = walletIds(folder, [settlementKey])[settlementKey] as WalletId;
    const terminal = keys.holdingCertificate.body.wallet;
    const opened = await openWallet(client, 'settlement', wallet, publicKey, terminal);
    changeSettlementKey(folder, { settlementKey, settlementCertificate: opened.certificate });
    return { wallet, replaces: keys.settlementCertificate.body.wallet };
  } finally {
    lock.release();
  }
}

/** `settlement`, `settlement-2`, `settlement-3` … */
function nextName(current = 'settlement'): string {
  const [, number = '1'] = /-(\d+)$/.exec(current) ?? [];
  return `settlement-${Number(number) + 1}`;
}

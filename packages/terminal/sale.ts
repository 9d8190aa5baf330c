import { Fault, accept, parseAmount, reject, sha256, textBytes, toHex } from '@coinbox/protocol';
import type {
  Asset,
  IssuerClient,
  MappingJson,
  Money,
  Reading,
  Result,
  WalletId,
} from '@coinbox/protocol';
import { canonicalTariff, parseTariff, priceReadings } from '@coinbox/tariff';
import type { Tariff } from '@coinbox/tariff';
import { offlineTerms } from './check-offline.ts';
import type { Core } from './core.ts';
import type { SaleTerms, Session } from './state.ts';

/** The tariffs of a terminal, by the hash that offers and bills name. */
export interface TariffShelf {
  /** The hash of the tariff that new offers are made with. */
  readonly current: Uint8Array;
  /**
   * What the tariff of that hash gives for these readings, in minor units. Rejects tariff-invalid,
   * meter-invalid.
   */
  price(tariffHash: Uint8Array, readings: readonly Reading[]): Result<Money>;
  /** What that tariff says of a session without a good bill. */
  policy(tariffHash: Uint8Array): BillPolicy;
}

/**
 * The payer has agreed to these with the tariff, whose hash is in the OFFER. `HOLD` without a bill:
 * the money waits for one for 24 hours. `RETURN_ALL` at a bill that is too high: no other is waited
 * for. What a tariff leaves out is `RETURN_ALL` without a bill, `HOLD` at one that is too high.
 */
export type BillPolicy = {
  readonly onNoBill: 'RETURN_ALL' | 'HOLD';
  readonly onOverbill: 'RETURN_ALL' | 'HOLD';
};

/**
 * Reads tariff documents; the first is the current one. Fault config-invalid where one cannot be
 * used in this asset.
 */
export function createTariffShelf(documents: readonly string[], asset: Asset): TariffShelf {
  const shelf = new Map<string, Tariff>();
  let current: Uint8Array | undefined;
  for (const document of documents) {
    const tariff = parseTariff(document);
    if (!tariff.ok) {
      const { code, detail = '' } = tariff.rejection;
      throw new Fault('config-invalid', `the tariff cannot be used: ${code} ${detail}`);
    }
    if (tariff.value.asset !== asset) {
      throw new Fault('config-invalid', `the tariff is in ${tariff.value.asset}, not in ${asset}`);
    }
    checkPolicy(tariff.value);
    const hash = sha256(textBytes(canonicalTariff(tariff.value)));
    shelf.set(toHex(hash), tariff.value);
    current ??= hash;
  }
  if (!current) throw new Fault('config-invalid', 'a terminal needs a tariff');
  return {
    current,
    price(tariffHash, readings) {
      const tariff = shelf.get(toHex(tariffHash));
      if (!tariff) return reject('tariff-invalid', 'not a tariff of this terminal');
      const price = priceReadings(tariff, readings, { explain: false });
      return price.ok
        ? accept(price.value.gross as Money)
        : reject('meter-invalid', price.rejection.code);
    },
    policy(tariffHash) {
      const { onNoBill, onOverbill } = shelf.get(toHex(tariffHash)) ?? {};
      return {
        onNoBill: onNoBill === 'HOLD' ? 'HOLD' : 'RETURN_ALL',
        onOverbill: onOverbill === 'RETURN_ALL' ? 'RETURN_ALL' : 'HOLD',
      };
    },
  };
}

/** Promises that a terminal could not keep: no money moves but by a bill of that amount. */
function checkPolicy({ onNoBill, onOverbill }: Tariff): void {
  const broken = [onNoBill, onOverbill].find(
    (word) => word === 'SETTLE_OWN_RECOMPUTE' || word === 'PAY_UNDISPUTED',
  );
  if (broken) throw new Fault('config-invalid', `no terminal can keep ${broken}: see spec page 31`);
}

/**
 * The most that a provider may bill: the tariff of the offer applied to the readings in the
 * journal.
 */
export const ceilingOf = (shelf: TariffShelf, session: Session): Result<Money> =>
  shelf.price(session.offer.tariffHash, session.readings);

/** Where the terminal learns for whom it sells. Owned by the agent; refreshed from the issuer. */
export interface SaleDesk {
  /** What an offer is made from now. Rejects terminal-not-accepting where no mapping is known. */
  terms(): Result<SaleTerms>;
  /** Certificate of the provider of the newest mapping. */
  readonly providerCertificate: Uint8Array | undefined;
  /**
   * The provider that the terminal is mapped to, and those of earlier versions: they send a bill
   * again until it is acknowledged, also when its session is long closed.
   */
  readonly providers: readonly WalletId[];
  /** Asks the issuer for the mapping. Never throws: without an answer the last one known holds. */
  refresh(): Promise<void>;
}

/** Versions of the mapping that are looked at, newest first. */
const MOST_PROVIDERS = 16;

export type SaleLimits = { readonly asset: Asset; readonly least: Money; readonly most: Money };

export function createSaleDesk(
  core: Core,
  issuer: IssuerClient,
  shelf: TariffShelf,
  limits: SaleLimits,
): SaleDesk {
  const { book, keys, now } = core;
  let mapped: { provider: WalletId; version: number; certificate: Uint8Array } | undefined;
  let providers: readonly WalletId[] = [];
  const certified = ({ certificate, provider }: Version, isNewest: boolean) => {
    const bytes = Uint8Array.from(Buffer.from(certificate, 'base64url'));
    const known = book.add(bytes, now(), isNewest);
    return known.ok && known.value.body.wallet === provider ? known.value : undefined;
  };
  return {
    terms() {
      const known = mapped && { provider: mapped.provider, mappingVersion: mapped.version };
      // A start without the issuer goes on with the mapping of the newest offer: it pays offline.
      const { state } = core;
      const terms = known ?? (offlineTerms(state, now()) && state.lastMapping);
      return terms
        ? accept({ ...terms, tariffHash: shelf.current, ...limits })
        : reject('terminal-not-accepting', 'no mapping to a provider is known');
    },
    get providerCertificate() {
      return mapped?.certificate;
    },
    get providers() {
      return providers;
    },
    async refresh() {
      const answer = await issuer
        .mapping(keys.holdingCertificate.body.wallet)
        .catch(() => undefined);
      if (!answer?.ok) return;
      const [newest, ...former] = answer.value.versions.slice(-MOST_PROVIDERS).reverse();
      const current = newest && certified(newest, true);
      if (!newest || !current) return;
      const { wallet: provider } = current.body;
      mapped = { provider, version: newest.version, certificate: current.bytes };
      const before = former.flatMap((version) => certified(version, false)?.body.wallet ?? []);
      providers = [...new Set([provider, ...before])];
    },
  };
}

type Version = MappingJson['versions'][number];

/** Amount bounds from a configuration. Fault config-invalid. */
export function readAmount(text: unknown, name: string): Money {
  const amount = parseAmount(text);
  if (!amount.ok) throw new Fault('config-invalid', `${name}: ${amount.rejection.code}`);
  return amount.value;
}

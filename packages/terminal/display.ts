import { equalBytes, sha256, textBytes, toHex } from '@coinbox/protocol';
import type { Reading, Stage } from '@coinbox/protocol';
import { canonicalTariff, parseTariff } from '@coinbox/tariff';
import type { Core } from './core.ts';
import type { Device } from './device.ts';
import { ceilingOf } from './sale.ts';
import type { SaleDesk, TariffShelf } from './sale.ts';
import type { Session } from './state.ts';

/** A session as people are shown it. Amounts are minor units; nothing here is signed. */
export type SessionSight = {
  readonly stage: Stage;
  readonly held: string;
  /** What the tariff gives for the readings so far; absent before the first. */
  readonly cost?: string;
  /** Times of the first and the newest reading, milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
  /** Registers of the newest reading: watt-hours, millilitres, … as decimal strings. */
  readonly registers: Readonly<Record<string, string>>;
};

/** What the machine shows while it waits, and of the sessions that are open. */
export type MachineSight = {
  readonly terminal: string;
  readonly asset: string;
  readonly least: string;
  readonly most: string;
  /** Hash of the tariff of new offers, hexadecimal. */
  readonly tariff: string;
  /** Does it take payments? */
  readonly isOpen: boolean;
  /** Newest last; no payer is named. */
  readonly sessions: readonly SessionSight[];
};

/**
 * What a machine's screen and its payers' pages may see and ask for. It decides nothing about
 * money: a stop ends the delivery, as the button on the machine does.
 */
export interface Display {
  machine(): MachineSight;
  /** A tariff document in canonical form, by the hash that an offer names. */
  tariff(hash: Uint8Array): string | undefined;
  /** The session of a PAY. Whoever knows the hash of a PAY has seen the PAY. */
  session(payHash: Uint8Array): SessionSight | undefined;
  /** Ends the delivery of that session; false where none is under way. */
  stop(payHash: Uint8Array): boolean;
}

export type DisplayParts = {
  readonly core: Core;
  readonly desk: SaleDesk;
  readonly shelf: TariffShelf;
  readonly device: Device;
  readonly limits: { readonly asset: string; readonly least: bigint; readonly most: bigint };
  readonly tariffs: readonly string[];
};

export function createDisplay(parts: DisplayParts): Display {
  const { core, desk, shelf, device, limits } = parts;
  const documents = new Map(parts.tariffs.flatMap(canonicalByHash));
  const sessionOf = (payHash: Uint8Array): Session | undefined =>
    [...core.state.sessions.values()].find(({ pay }) => equalBytes(pay.hash, payHash));
  return {
    machine: () => ({
      terminal: core.keys.holdingCertificate.body.wallet,
      asset: limits.asset,
      least: limits.least.toString(),
      most: limits.most.toString(),
      tariff: toHex(shelf.current),
      isOpen: desk.terms().ok,
      sessions: [...core.state.sessions.values()].map((one) => sightOf(one, shelf)),
    }),
    tariff: (hash) => documents.get(toHex(hash)),
    session(payHash) {
      const open = sessionOf(payHash);
      if (open) return sightOf(open, shelf);
      const offer = core.journal.message(payHash)?.offer;
      const row = offer && core.journal.sessionOfOffer(offer);
      return row && { stage: row.stage, held: '0', registers: {} };
    },
    stop(payHash) {
      const session = sessionOf(payHash);
      if (session?.stage !== 'accepted' && session?.stage !== 'delivering') return false;
      device.stop(session.id);
      return true;
    },
  };
}

function canonicalByHash(document: string): [hash: string, canonical: string][] {
  const tariff = parseTariff(document);
  if (!tariff.ok) return [];
  const canonical = canonicalTariff(tariff.value);
  return [[toHex(sha256(textBytes(canonical))), canonical]];
}

function sightOf(session: Session, shelf: TariffShelf): SessionSight {
  const { stage, held, readings } = session;
  const [first, last] = [readings[0], readings.at(-1)];
  const cost = last && ceilingOf(shelf, session);
  return {
    stage,
    held: held.toString(),
    ...(cost?.ok && { cost: (cost.value < held ? cost.value : held).toString() }),
    ...(first && last && { from: first.at, to: last.at }),
    registers: last ? registersOf(last) : {},
  };
}

const registersOf = (reading: Reading): Record<string, string> =>
  Object.fromEntries(
    Object.entries(reading)
      .filter(([, value]) => typeof value === 'bigint')
      .map(([name, value]) => [name, String(value)]),
  );

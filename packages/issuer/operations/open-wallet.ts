import {
  accept,
  assert,
  encodeCbor,
  equalBytes,
  formatKeyId,
  keyIdOf,
  later,
  reject,
  sha256,
  signCertificate,
} from '@coinbox/protocol';
import type { CertificateBody, Instant, Result, WalletJson } from '@coinbox/protocol';
import { accountOf, keyClaim } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { post } from '../context.ts';
import type { Call, Context } from '../context.ts';
import { encodeMemo } from '../memo.ts';
import { isGoodKey } from '../public-key.ts';
import { amount, id, needed, object, oneOf, optional, publicKey, whole } from '../read.ts';
import type { Body } from '../read.ts';
import { walletJson } from './wallet-view.ts';

const limits = object({ per_payment: optional(amount), balance: optional(amount) });
const offline = object({
  per_payment: needed(amount),
  cumulative: needed(amount),
  count: needed(whole),
  epochs: needed(whole),
});
const fields = {
  wallet: needed(id('wallet')),
  role: needed(oneOf('payer', 'holding', 'settlement', 'provider')),
  key: needed(publicKey),
  terminal: optional(id('wallet')),
  limits: optional(limits),
  offline: optional(offline),
} as const;
const readBody = object(fields);
type Opening = Body<typeof fields>;

/** Certificates begin this much earlier, for devices whose clocks are behind. */
const BACKDATED_MS = 3_600_000;
export const WALLET_CERTIFICATE_MS = 5 * 365 * 86_400_000;

/** All openings wait for each other: a key may become that of one wallet only. */
const LOCK = 'openings';

/**
 * Certifies a key and opens the account of its wallet. Rejects: malformed-…, parameter-invalid,
 * amount-…, id-reused, key-invalid, key-in-use, terminal-unknown.
 */
export async function openWallet(context: Context, call: Call): Promise<Result<WalletJson>> {
  const read = readBody(call.body);
  if (!read.ok) return read;
  return context.locks.run([LOCK], () => open(context, read.value, call.person));
}

async function open(context: Context, opening: Opening, person: string) {
  const { ledger, registry, clock, authority, network } = context;
  const { wallet, role } = opening;
  const fingerprint = fingerprintOf(opening);
  const known = await ledger.entryOf(wallet);
  if (!known) {
    const no = refuse(context, opening);
    if (no) return no;
    const body = certificateBody(opening, clock.now(), registry.nextStatus);
    const certificate = signCertificate(body, authority, network);
    const posted = await post(context, {
      id: wallet,
      code: CODES.wallet,
      fingerprint,
      steps: [
        {
          kind: 'open',
          account: accountOf(role, wallet),
          asset: context.asset,
          mayOverdraw: false,
        },
      ],
      claims: [keyClaim(formatKeyId(certificate.keyId))],
      memo: encodeMemo({ wallet, person, request: certificate.bytes }),
    });
    if (!posted.ok) return posted;
  } else if (!equalBytes(known.fingerprint, fingerprint)) return reject('id-reused');
  const record = registry.wallet(wallet);
  assert(record, `the registry has the wallet ${wallet}`);
  return accept(await walletJson(context, record));
}

function refuse({ registry }: Context, opening: Opening) {
  const { wallet, role, key, terminal, offline: float } = opening;
  if (!isGoodKey(key)) return reject('key-invalid');
  const owner = registry.walletOfKey(keyIdOf(key));
  if (owner !== undefined && owner !== wallet) return reject('key-in-use');
  if (float && role !== 'payer') return reject('parameter-invalid', '/offline');
  if (float && (float.count === 0 || float.epochs === 0)) {
    return reject('parameter-invalid', '/offline: at least 1');
  }
  if (role !== 'settlement' && terminal) return reject('parameter-invalid', '/terminal');
  if (role !== 'settlement') return undefined;
  if (!terminal) return reject('malformed-missing-field', '/terminal');
  return registry.wallet(terminal)?.role === 'holding' ? undefined : reject('terminal-unknown');
}

function certificateBody(opening: Opening, now: Instant, status: number): CertificateBody {
  const { wallet, role, key: publicKey, terminal, limits: most, offline: float } = opening;
  const { per_payment: perPayment, balance } = most ?? {};
  const certified = { ...(perPayment && { perPayment }), ...(balance && { balance }) };
  return {
    wallet,
    role,
    publicKey,
    validFrom: Math.max(0, now - BACKDATED_MS) as Instant,
    validUntil: later(now, WALLET_CERTIFICATE_MS),
    tier: 0,
    ...(most && { limits: certified }),
    ...(terminal && { terminal }),
    ...(float && {
      offline: {
        perPayment: float.per_payment,
        cumulative: float.cumulative,
        count: float.count,
        epochs: float.epochs,
        status,
      },
    }),
  };
}

/** Deterministic, so that the order of the fields of a body does not matter. */
const fingerprintOf = ({ wallet, role, key, terminal, limits: most, offline: float }: Opening) =>
  sha256(
    encodeCbor([
      CODES.wallet,
      wallet,
      role,
      key.algorithm,
      key.bytes,
      terminal ?? '',
      most?.per_payment ?? 0,
      most?.balance ?? 0,
      most ? 1 : 0,
      ...(float ? [float.per_payment, float.cumulative, float.count, float.epochs] : []),
    ]),
  );

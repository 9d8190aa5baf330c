// pure
import { hex, idText, must, toCbor } from './encoding.ts';
import type { Value } from './encoding.ts';

type NameOf<F> = F extends `${infer N}?` ? NameOf<N> : F extends `${string}=${infer N}` ? N : F;
type NamesOf<S> = S extends `${infer F} ${infer Rest}` ? NameOf<F> | NamesOf<Rest> : NameOf<S>;
/** What was read, all of it as text; '' is what is absent. */
export type Facts<S> = { readonly [N in NamesOf<S> & string]: string };

// The maps of pages 02, 04 and 11, and the arrays of pages 11 and 20: names by rising key from 1
// on, or with the key that they have; what may be absent has a question mark.
export const HEADER = '1=alg 4=kid 16=typ';
export const CERTIFICATE = '2=wallet 4=until 5=since 8=cnf -65537=own';
export const KEY = '1=kty 3=alg? -1=crv -2=x -3=y?';
export const OWN = 'v role tier limits? terminal? offline?';
export const LIMITS = 'perPayment? balance?';
export const OFFLINE = 'most cumulative count epochs place';
export const PAY = 'v sequence offerHash payer terminal amount asset version at previous? offline?';
export const PART = 'parameters epoch spent count credits?';
export const LOAD = 'v sequence load payer amount asset direction at';
const terms = 'perPayment count exposure silence cover coolOff claim';
export const PARAMETERS = `v number at validUntil asset ${terms}` as const;
export const VOID = 'v sequence offer offerHash terminal';
const billed = 'asset amount lines tariffHash meterHash final issued until';
export const BILL = `v sequence bill session terminal provider ${billed}` as const;
export const REFUSAL = 'v sequence session terminal bill billHash code';
const drawn = 'session terminal transit amount remaining asset';
export const DRAW = `v sequence settlement bill billHash ${drawn}` as const;
const settled = 'payer? provider? session billHash payments drawBytes billBytes? upload';
export const SETTLE = `v sequence settlement amount asset terminal transit ${settled}` as const;
const repaid = 'payer terminal amount asset cause payments upload';
export const REFUND = `v sequence refund session ${repaid}` as const;
const moved = 'subject? subjectTyp? amount? asset? from? to? version? session? bill? code?';
const asked = 'wallet? terminal? provider? proposal? replaces? person? approver? expires?';
export const MEMO = `${moved} ${asked}` as const;
export const PARTS = 'facts request';
const ends = 'steps claims series memo at before';
export const ENTRY = `v index id code status fingerprint ${ends}` as const;

/** The kinds of the names that are no whole numbers (n); three letters are the prefix of an id. */
const KINDS = `
i alg crv
t typ asset code subjectTyp person approver id status
hash offerHash billHash tariffHash meterHash previous x y subject fingerprint before
bytes kid drawBytes billBytes facts request memo
any cnf own limits offline credits lines steps claims series
wal wallet payer terminal provider transit from to
ses session
bil bill
off offer
lod load
stl settlement
rfd refund
prp proposal
pays payments`;
const rows = KINDS.trim()
  .split('\n')
  .map((row) => row.split(' '));
const KIND_OF = new Map(rows.flatMap(([kind, ...names]) => names.map((name) => [name, kind])));

/** A value of a kind as text: hashes, bytes and what is read later in hexadecimal. Throws. */
export function textOf(kind: string, value: Value): string {
  if (kind === 'any') return hex(toCbor(value));
  if (kind === 'pays' && Array.isArray(value))
    return value.map((id) => textOf('pay', id)).join(' ');
  const isWhole = Number.isSafeInteger(value) || typeof value === 'bigint';
  if (isWhole && (kind === 'i' || (kind === 'n' && Number(value) >= 0))) return String(value);
  if (typeof value === 'string' && kind === 't') return value;
  must(value instanceof Uint8Array, `not of the kind ${kind}`);
  if (kind === 'bytes' || (kind === 'hash' && value.length === 32)) return hex(value);
  must(kind.length === 3 && value.length === 16, `not of the kind ${kind}`);
  return idText(kind, value);
}

/** Reads a map, or an array as one. Throws at what is missing, of another kind, or unknown. */
export function read<S extends string>(shape: S, value: Value): Facts<S> {
  const map = Array.isArray(value) ? new Map(value.map((part, at) => [at + 1, part])) : value;
  must(map instanceof Map, 'not a map');
  const found: Record<string, string> = {};
  let [key, rest] = [0, map.size];
  for (const field of shape.split(' ')) {
    const [, label, name = '', optional] = /^(?:(.+)=)?(\w+)(\??)$/.exec(field) ?? [];
    key = label === undefined ? key + 1 : Number(label);
    const part = map.get(key);
    must(part !== undefined || optional, `${name} is missing`);
    found[name] = part === undefined ? '' : textOf(KIND_OF.get(name) ?? 'n', part);
    if (part !== undefined) rest -= 1;
  }
  must(rest === 0 && (found.v ?? '1') === '1', 'a field or a version that there is not');
  return found as Facts<S>;
}

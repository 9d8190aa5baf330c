import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { Fault, equalBytes, keyIdOf, toHex, verifySignature } from '@coinbox/protocol';
import type { Algorithm, PublicKey, Signer } from '@coinbox/protocol';
import type * as Pkcs11 from 'pkcs11js';
import { ecPointOf, toLowS } from './token-formats.ts';

/** Where a token is: a chip, a card or a hardware security module that speaks PKCS#11. */
export type TokenPlace = {
  /** The token's library, such as `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly module: string;
  /** Label of the token. */
  readonly token: string;
  /** What opens it, as text. */
  readonly pin: string;
};

/** A key on a token. Its private half never leaves it. */
export type TokenKey = { readonly algorithm: Algorithm; readonly label: string };

/**
 * Keys on a PKCS#11 token. Signing is synchronous. When the token is gone or its session has ended,
 * a call is a Fault token-failed and nothing is signed; the next call opens a session again, and
 * signs only when the same key is there.
 */
export interface Token {
  /** Makes a key that cannot be read or taken away. Fault token-failed. */
  create(name: string, algorithm: Algorithm): TokenKey;
  /** Faults: config-invalid (no such key), startup-unsafe (it can be read), token-failed. */
  signer(key: TokenKey): Signer;
  /** Ends the session. Signers of this token open it again when they are used. */
  close(): void;
}

type Library = typeof Pkcs11;
type Loaded = { readonly api: Library; readonly pkcs11: Pkcs11.PKCS11 };
type Session = { readonly handle: Buffer; readonly generation: number };

/** PKCS#11 3.0: what pkcs11js has no names for. */
const CKK_EC_EDWARDS = 0x40;
const CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055;
const CKM_EDDSA = 0x1057;
/** OBJECT IDENTIFIER 1.3.101.112, Ed25519 (RFC 8410 §3); 1.2.840.10045.3.1.7, P-256 (RFC 5480). */
const ED25519 = Buffer.from('06032b6570', 'hex');
const P256 = Buffer.from('06082a8648ce3d030107', 'hex');

/** A library can be initialised once in a process: its tokens share it. By path. */
const libraries = new Map<string, Loaded>();

/** Opens a token. Faults: config-invalid (no such library, no pkcs11js), token-failed. */
export function openToken(place: TokenPlace): Token {
  let open: Session | undefined;
  let generation = 0;
  const loaded = load(place.module);
  const inSession = <T>(work: (session: Session, loaded: Loaded) => T): T => {
    try {
      open ??= { handle: logIn(loaded, place), generation: ++generation };
      return work(open, loaded);
    } catch (cause) {
      if (cause instanceof Fault && cause.code !== 'token-failed') throw cause;
      if (open) endSession(loaded, open);
      open = undefined;
      throw tokenFault(place, cause);
    }
  };
  return {
    create: (name, algorithm) =>
      inSession(({ handle }) => {
        const label = `${name}-${toHex(randomBytes(4))}`;
        generate(loaded, handle, label, algorithm);
        return { algorithm, label };
      }),
    signer: (key) => createSigner(place, key, inSession),
    close() {
      if (open) endSession(loaded, open);
      open = undefined;
    },
  };
}

const tokenFault = (place: TokenPlace, cause: unknown): Fault =>
  cause instanceof Fault
    ? cause
    : new Fault('token-failed', `the token "${place.token}": ${(cause as Error).message}`, cause);

function load(path: string): Loaded {
  const known = libraries.get(path);
  if (known) return known;
  let api: Library;
  try {
    api = createRequire(import.meta.url)('pkcs11js') as Library;
  } catch (cause) {
    throw new Fault('config-invalid', 'keys on a token need the package pkcs11js', cause);
  }
  const pkcs11 = new api.PKCS11();
  try {
    pkcs11.load(path);
  } catch (cause) {
    throw new Fault('config-invalid', `${path} is no PKCS#11 library`, cause);
  }
  const loaded = { api, pkcs11 };
  libraries.set(path, loaded);
  return loaded;
}

const isCode = (cause: unknown, code: number): boolean =>
  (cause as { code?: unknown }).code === code;

function logIn({ api, pkcs11 }: Loaded, { token, pin }: TokenPlace): Buffer {
  try {
    pkcs11.C_Initialize();
  } catch (cause) {
    if (!isCode(cause, api.CKR_CRYPTOKI_ALREADY_INITIALIZED)) throw cause;
  }
  const slot = pkcs11
    .C_GetSlotList(true)
    .find((one) => pkcs11.C_GetTokenInfo(one).label.trimEnd() === token);
  if (!slot) throw new Fault('token-failed', `there is no token "${token}"`);
  const session = pkcs11.C_OpenSession(slot, api.CKF_SERIAL_SESSION | api.CKF_RW_SESSION);
  try {
    pkcs11.C_Login(session, api.CKU_USER, pin);
  } catch (cause) {
    // All sessions of a program are logged in when one is.
    if (!isCode(cause, api.CKR_USER_ALREADY_LOGGED_IN)) throw cause;
  }
  return session;
}

/** A session that has ended by itself cannot be closed: that is no fault. */
function endSession({ pkcs11 }: Loaded, { handle }: Session): void {
  try {
    pkcs11.C_CloseSession(handle);
  } catch {
    return;
  }
}

function generate({ api, pkcs11 }: Loaded, session: Buffer, label: string, algorithm: Algorithm) {
  const isP256 = algorithm === 'ES256';
  const id = Buffer.from(label);
  const type = isP256 ? api.CKK_EC : CKK_EC_EDWARDS;
  const both = [
    { type: api.CKA_TOKEN, value: true },
    { type: api.CKA_KEY_TYPE, value: type },
    { type: api.CKA_LABEL, value: label },
    { type: api.CKA_ID, value: id },
  ];
  pkcs11.C_GenerateKeyPair(
    session,
    { mechanism: isP256 ? api.CKM_EC_KEY_PAIR_GEN : CKM_EC_EDWARDS_KEY_PAIR_GEN },
    [
      ...both,
      { type: api.CKA_CLASS, value: api.CKO_PUBLIC_KEY },
      { type: api.CKA_VERIFY, value: true },
      { type: api.CKA_EC_PARAMS, value: isP256 ? P256 : ED25519 },
    ],
    [
      ...both,
      { type: api.CKA_CLASS, value: api.CKO_PRIVATE_KEY },
      { type: api.CKA_PRIVATE, value: true },
      { type: api.CKA_SENSITIVE, value: true },
      { type: api.CKA_EXTRACTABLE, value: false },
      { type: api.CKA_SIGN, value: true },
    ],
  );
}

type InSession = <T>(work: (session: Session, loaded: Loaded) => T) => T;
type Found = { readonly generation: number; readonly secret: Buffer };

function createSigner(place: TokenPlace, key: TokenKey, inSession: InSession): Signer {
  const publicKey = inSession(({ handle }, loaded) => readPublicKey(place, loaded, handle, key));
  let found: Found | undefined;
  /** A session's handles mean nothing in the next one: the key is looked for again. */
  const secretIn = (session: Session, loaded: Loaded): Buffer => {
    if (found?.generation === session.generation) return found.secret;
    const there = readPublicKey(place, loaded, session.handle, key);
    if (!equalBytes(there.bytes, publicKey.bytes)) {
      throw new Fault('token-failed', `the token "${place.token}" has another ${key.label} now`);
    }
    const secret = findSecret(place, loaded, session.handle, key);
    found = { generation: session.generation, secret };
    return secret;
  };
  inSession(secretIn);
  return {
    publicKey,
    keyId: keyIdOf(publicKey),
    sign: (message) =>
      inSession((session, loaded) => {
        const secret = secretIn(session, loaded);
        const signature = signWith(loaded, session.handle, secret, key.algorithm, message);
        // What a token answers after a reset may be anything. Nothing wrong leaves this function.
        if (verifySignature(publicKey, message, signature)) return signature;
        throw new Fault('token-failed', `the token "${place.token}" made a wrong signature`);
      }),
  };
}

function signWith(
  { api, pkcs11 }: Loaded,
  session: Buffer,
  secret: Buffer,
  algorithm: Algorithm,
  message: Uint8Array,
): Uint8Array {
  const isP256 = algorithm === 'ES256';
  pkcs11.C_SignInit(session, { mechanism: isP256 ? api.CKM_ECDSA : CKM_EDDSA }, secret);
  const signed = isP256 ? createHash('sha256').update(message).digest() : Buffer.from(message);
  const signature = Uint8Array.from(pkcs11.C_Sign(session, signed, Buffer.alloc(64)));
  return isP256 ? toLowS(signature) : signature;
}

function findOne({ pkcs11 }: Loaded, session: Buffer, template: Pkcs11.Template) {
  pkcs11.C_FindObjectsInit(session, template);
  try {
    return pkcs11.C_FindObjects(session, 2);
  } finally {
    pkcs11.C_FindObjectsFinal(session);
  }
}

function readPublicKey(
  { token }: TokenPlace,
  loaded: Loaded,
  session: Buffer,
  { algorithm, label }: TokenKey,
): PublicKey {
  const { api, pkcs11 } = loaded;
  const [found, second] = findOne(loaded, session, [
    { type: api.CKA_CLASS, value: api.CKO_PUBLIC_KEY },
    { type: api.CKA_LABEL, value: label },
  ]);
  if (!found || second) {
    const what = found ? 'more than one key' : 'no key';
    throw new Fault('config-invalid', `the token "${token}" has ${what} ${label}`);
  }
  const [point] = pkcs11.C_GetAttributeValue(session, found, [{ type: api.CKA_EC_POINT }]);
  const bytes = ecPointOf(algorithm, point?.value as Buffer);
  if (bytes) return { algorithm, bytes };
  throw new Fault('config-invalid', `the token's key ${label} is not for ${algorithm}`);
}

function findSecret(
  { token }: TokenPlace,
  loaded: Loaded,
  session: Buffer,
  { label }: TokenKey,
): Buffer {
  const { api, pkcs11 } = loaded;
  const [found] = findOne(loaded, session, [
    { type: api.CKA_CLASS, value: api.CKO_PRIVATE_KEY },
    { type: api.CKA_LABEL, value: label },
  ]);
  if (!found) throw new Fault('config-invalid', `the token "${token}" has no private key ${label}`);
  const wanted = [{ type: api.CKA_SENSITIVE }, { type: api.CKA_EXTRACTABLE }];
  const read = pkcs11.C_GetAttributeValue(session, found, wanted);
  const [sensitive, extractable] = read.map(({ value }) => (value as Buffer)[0]);
  if (sensitive !== 1 || extractable !== 0) {
    throw new Fault('startup-unsafe', `the token's key ${label} can be taken out of it`);
  }
  return found;
}

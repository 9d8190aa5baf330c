import { scrypt, timingSafeEqual } from 'node:crypto';

// N, r, p as OWASP's password storage cheat sheet has them for 16 MiB.
const COST = { N: 16_384, r: 8, p: 1 } as const;
const HASH_BYTES = 32;

const derive = (password: Uint8Array, salt: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, COST, (fault, hash) =>
      fault ? reject(fault) : resolve(hash),
    );
  });

/**
 * What is kept of a station's password: `scrypt$` salt `$` hash, both base64url. Bytes are taken as
 * they are: OCPP lets a password be binary.
 */
export async function hashPassword(password: Uint8Array, salt: Uint8Array): Promise<string> {
  const hash = await derive(password, salt);
  return ['scrypt', Buffer.from(salt).toString('base64url'), hash.toString('base64url')].join('$');
}

/** Is this the password? Takes the same time whichever bytes are wrong. */
export async function isPassword(password: Uint8Array, kept: string): Promise<boolean> {
  const [name, salt = '', hash = ''] = kept.split('$');
  const wanted = Buffer.from(hash, 'base64url');
  if (name !== 'scrypt' || wanted.length !== HASH_BYTES) return false;
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64url')), wanted);
}

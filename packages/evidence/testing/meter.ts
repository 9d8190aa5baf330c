import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A meter that signs what it is told, right or wrong. */
export type TestMeter = {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Signs a payload as it is given. */
  sign(payload: object | string, signature?: object): string;
};

/** The names that OpenSSL and OCMF have for a curve. */
export const CURVE_NAMES = [
  ['prime256v1', 'secp256r1'],
  ['secp256k1', 'secp256k1'],
  ['secp384r1', 'secp384r1'],
  ['brainpoolP256r1', 'brainpool256r1'],
  ['brainpoolP384r1', 'brainpool384r1'],
] as const;

export function createTestMeter(curve = 'prime256v1', name = 'secp256r1'): TestMeter {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: curve,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  const key: KeyObject = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' });
  return {
    publicKey: Uint8Array.from(publicKey),
    sign(payload, signature) {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const SD = sign('sha256', Buffer.from(text), key).toString('hex').toUpperCase();
      return `OCMF|${text}|${JSON.stringify(signature ?? { SA: `ECDSA-${name}-SHA256`, SD })}`;
    },
  };
}

/** A number that goes into JSON as it is written (ECMAScript, JSON.rawJSON). */
export const rawNumber = (text: string): unknown =>
  (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);

/** A reading of OCMF; minutes after 2026-01-02 03:00 UTC. */
export const reading = (minutes: number, kWh: string, cause: string, change: object = {}) => ({
  TM: `2026-01-02T03:${`${minutes}`.padStart(2, '0')}:00,000+0000 S`,
  TX: cause,
  RV: rawNumber(kWh),
  RI: '1-b:1.8.0',
  RU: 'kWh',
  EF: '',
  ST: 'G',
  ...change,
});

/** A payload of OCMF. */
export const payload = (page: number, readings: readonly object[], change: object = {}) => ({
  FV: '1.0',
  PG: `T${page}`,
  MS: '4711',
  IS: false,
  IT: 'NONE',
  RD: readings,
  ...change,
});

/**
 * A record of a KEBA KCP30 with its key, as the S.A.F.E. transparency software has it among its
 * examples.
 */
export const KEBA = {
  record:
    'OCMF|{"FV":"1.0","GI":"KEBA_KCP30","GS":"17619300","GV":"2.8.5","PG":"T32","IS":false,' +
    '"IL":"NONE","IF":["RFID_NONE","OCPP_NONE","ISO15118_NONE","PLMN_NONE"],"IT":"NONE","ID":"",' +
    '"RD":[{"TM":"2019-08-13T10:03:15,000+0000 I","TX":"B","EF":"","ST":"G","RV":0.2596,' +
    '"RI":"1-b:1.8.0","RU":"kWh"},{"TM":"2019-08-13T10:03:36,000+0000 R","TX":"E","EF":"",' +
    '"ST":"G","RV":0.2597,"RI":"1-b:1.8.0","RU":"kWh"}]}|{"SD":"304502200E2F107C987A300AC1695C' +
    'A89EA149A8CDFA16188AF0A33EE64B67964AA943F9022100889A72B6D65364BEA8562E7F6A0253157ACFF84FE' +
    '4929A93B5964D23C4265699"}',
  key:
    '3059301306072A8648CE3D020106082A8648CE3D030107034200043AEEB45C392357820A58FDFB0857BD77ADA3' +
    '1585C61C430531DFA53B440AFBFDD95AC887C658EA55260F808F55CA948DF235C2108A0D6DC7D4AB1A5E1A7955BE',
} as const;

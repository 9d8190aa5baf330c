import { row } from './row.ts';

/** Signatures, headers, keys and certificates (spec/02-signatures.md). */
export const signatureRejections = {
  'signature-missing': row(401, 'never', 'The message is not signed.', '消息没有签名。'),
  'signature-invalid': row(401, 'never', 'The signature does not fit.', '签名无效。'),
  'algorithm-mismatch': row(
    401,
    'never',
    'The algorithm is not the one of the key.',
    '签名算法与密钥不符。',
  ),
  'key-unknown': row(401, 'never', 'The key is not known here.', '未知密钥。'),
  'key-revoked': row(401, 'never', 'The key has been revoked.', '密钥已吊销。'),
  'key-expired': row(
    401,
    'never',
    'The certificate of the key is not valid at this time.',
    '密钥证书不在有效期内。',
  ),
  'key-wrong-role': row(
    403,
    'never',
    'This key may not sign this type of message.',
    '该密钥无权签署此类消息。',
  ),
  'key-invalid': row(422, 'never', 'This is not an acceptable public key.', '公钥不可接受。'),
  'key-in-use': row(409, 'never', 'This key belongs to another wallet.', '该密钥已属于另一钱包。'),
  'header-critical-unknown': row(
    400,
    'never',
    'A critical header is not known here.',
    '未知的关键头参数。',
  ),
  'header-unexpected': row(
    400,
    'never',
    'A header is present that may not be there.',
    '存在不应有的头参数。',
  ),
} as const;

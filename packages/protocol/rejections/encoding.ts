import { row } from './row.ts';

/** The bytes are not a message in the one accepted form (spec/01-encoding.md). */
export const encodingRejections = {
  'malformed-empty': row(400, 'never', 'The body is empty.', '请求体为空。'),
  'malformed-truncated': row(400, 'never', 'The message ends too early.', '消息不完整。'),
  'malformed-trailing': row(400, 'never', 'Bytes follow the message.', '消息之后还有多余字节。'),
  'malformed-duplicate-key': row(400, 'never', 'A map has a key twice.', '映射中有重复的键。'),
  'malformed-noncanonical': row(
    400,
    'never',
    'The encoding is not the canonical one.',
    '编码不是规范形式。',
  ),
  'malformed-depth': row(400, 'never', 'The message is nested too deeply.', '消息嵌套过深。'),
  'malformed-length': row(400, 'never', 'A declared length is too large.', '声明的长度过大。'),
  'malformed-text': row(
    400,
    'never',
    'A text is not valid UTF-8 in normal form C, or holds a NUL.',
    '文本不是有效的 UTF-8 NFC 形式，或含有 NUL。',
  ),
  'malformed-type': row(
    400,
    'never',
    'A value has a type that is not allowed here.',
    '值的类型不允许。',
  ),
  'malformed-tag': row(400, 'never', 'A CBOR tag is not allowed here.', 'CBOR 标签不允许。'),
  'malformed-unknown-field': row(
    400,
    'never',
    'The message has a field that its type does not have.',
    '消息含有该类型没有的字段。',
  ),
  'malformed-missing-field': row(
    400,
    'never',
    'The message lacks a field that its type requires.',
    '消息缺少必需字段。',
  ),
  'malformed-value': row(
    400,
    'never',
    'A field has a value out of its range.',
    '字段的值超出范围。',
  ),
  'malformed-json': row(
    400,
    'never',
    'The body is not acceptable JSON.',
    '请求体不是可接受的 JSON。',
  ),
  'too-large': row(413, 'never', 'The message is too large.', '消息过大。'),
  'unsupported-media-type': row(
    415,
    'never',
    'This content type is not taken here.',
    '不支持该内容类型。',
  ),
  'unsupported-encoding': row(
    415,
    'never',
    'A compressed body is not taken here.',
    '不接受压缩的请求体。',
  ),
  'unsupported-version': row(
    400,
    'never',
    'This protocol version is not supported.',
    '不支持该协议版本。',
  ),
} as const;

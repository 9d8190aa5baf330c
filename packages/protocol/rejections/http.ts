import { row } from './row.ts';

/** The JSON API and the transports. */
export const httpRejections = {
  'credentials-missing': row(
    401,
    'never',
    'Credentials are missing or wrong.',
    '缺少凭证或凭证错误。',
  ),
  forbidden: row(403, 'never', 'These credentials may not do this.', '该凭证无权执行此操作。'),
  'not-found': row(404, 'never', 'There is nothing here.', '未找到。'),
  'method-not-allowed': row(
    405,
    'never',
    'This method is not for this path.',
    '该路径不支持此方法。',
  ),
  'request-timeout': row(408, 'later', 'The request came too slowly.', '请求超时。'),
  'idempotency-key-missing': row(
    400,
    'never',
    'The header Idempotency-Key is required.',
    '缺少 Idempotency-Key 头。',
  ),
  'idempotency-key-invalid': row(
    400,
    'never',
    'The header Idempotency-Key is 1 to 255 visible ASCII characters.',
    'Idempotency-Key 须为 1 至 255 个可见 ASCII 字符。',
  ),
  'idempotency-key-reused': row(
    422,
    'never',
    'The Idempotency-Key was used with another request.',
    'Idempotency-Key 已用于其他请求。',
  ),
  'idempotency-in-progress': row(
    409,
    'later',
    'The first request with this Idempotency-Key is under way.',
    '同一 Idempotency-Key 的请求正在处理。',
  ),
  'precondition-required': row(
    428,
    'never',
    'The header If-Match is required.',
    '缺少 If-Match 头。',
  ),
  'precondition-failed': row(412, 'never', 'The version has moved on.', '版本已变更。'),
  'cursor-invalid': row(400, 'never', 'The cursor is not one of ours for this list.', '游标无效。'),
  'parameter-invalid': row(400, 'never', 'A parameter is not valid.', '参数无效。'),
  'parameter-unknown': row(400, 'never', 'A parameter is not known here.', '未知参数。'),
  'http-malformed': row(400, 'never', 'The HTTP request is malformed.', 'HTTP 请求格式错误。'),
  'rate-limited': row(429, 'later', 'Too many requests.', '请求过多。'),
  overloaded: row(503, 'later', 'The server is busy.', '服务器繁忙。'),
  'storage-full': row(507, 'later', 'The disk is full.', '磁盘已满。'),
  'internal-error': row(
    500,
    'later',
    'The server failed. Send the same request again.',
    '服务器故障，请重试。',
  ),
  'approval-same-person': row(
    403,
    'never',
    'Nobody approves a proposal of their own.',
    '提议人不得批准自己的提议。',
  ),
  'proposal-unknown': row(404, 'never', 'There is no such proposal.', '没有该提议。'),
  'proposal-expired': row(409, 'never', 'The proposal has expired.', '提议已过期。'),
  'proposal-stale': row(
    409,
    'never',
    'What the proposal would change has changed since.',
    '提议所针对的内容已变更。',
  ),
} as const;

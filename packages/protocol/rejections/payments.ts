import { row } from './row.ts';

/** Offers, payments into a holding wallet, and what is given back. */
export const paymentRejections = {
  'insufficient-funds': row(422, 'new-id', 'The wallet does not hold enough.', '钱包余额不足。'),
  'terminal-unknown': row(404, 'never', 'There is no such terminal.', '没有该终端。'),
  'terminal-not-accepting': row(
    409,
    'later',
    'The terminal does not take payments now.',
    '该终端目前不接受付款。',
  ),
  'terminal-busy': row(409, 'later', 'The terminal has too many open sessions.', '终端会话已满。'),
  'wallet-unknown': row(404, 'never', 'There is no such wallet.', '没有该钱包。'),
  'wallet-frozen': row(403, 'later', 'The wallet is frozen.', '钱包已冻结。'),
  'wallet-not-frozen': row(409, 'never', 'The wallet is not frozen.', '钱包未冻结。'),
  'order-expired': row(422, 'never', 'The payment order has expired.', '付款指令已过期。'),
  'order-not-yet-valid': row(
    422,
    'later',
    'The payment order is dated in the future.',
    '付款指令的日期在未来。',
  ),
  'offer-unknown': row(404, 'never', 'The terminal made no such offer.', '终端没有此报价。'),
  'offer-expired': row(422, 'never', 'The offer has expired.', '报价已过期。'),
  'offer-taken': row(
    409,
    'never',
    'The offer has been taken by another payment.',
    '报价已被占用。',
  ),
  'offer-voided': row(409, 'never', 'The terminal has voided the offer.', '报价已作废。'),
  'offer-mismatch': row(422, 'never', 'The payment does not fit the offer.', '付款与报价不符。'),
  'id-reused': row(422, 'never', 'The id was used with other content.', '标识已用于其他内容。'),
  'in-progress': row(
    409,
    'later',
    'The first request with this id is under way.',
    '同一请求正在处理。',
  ),
  'account-same': row(422, 'never', 'Payer and payee are the same.', '付款方与收款方相同。'),
  'offline-limit': row(422, 'never', 'The offline limit is exceeded.', '超过离线限额。'),
  'offline-stale': row(
    422,
    'never',
    'The certificate is too old for offline use.',
    '离线证书过旧。',
  ),
  'payment-unknown': row(404, 'never', 'There is no such payment.', '没有该付款。'),
  'refund-exceeds-unspent': row(
    422,
    'new-id',
    'The refund is more than what is unspent.',
    '退款超过未使用金额。',
  ),
  'refund-destination': row(
    422,
    'never',
    'A refund goes back to the wallet that paid, and to no other.',
    '退款只能退回原付款钱包。',
  ),
  'refund-conflict': row(
    409,
    'new-id',
    'The money was drawn for a bill at the same time.',
    '该款项同时被账单提取。',
  ),
} as const;

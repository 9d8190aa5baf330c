import { row } from './row.ts';

/** Amounts, currencies and limits. */
export const amountRejections = {
  'amount-zero': row(422, 'never', 'The amount is zero.', '金额为零。'),
  'amount-negative': row(422, 'never', 'The amount is negative.', '金额为负。'),
  'amount-out-of-range': row(422, 'never', 'The amount is too large.', '金额过大。'),
  'amount-syntax': row(
    422,
    'never',
    'An amount is a string of ASCII digits in minor units, without sign or leading zero.',
    '金额必须是最小货币单位的 ASCII 数字串，无符号，无前导零。',
  ),
  'amount-overflow': row(422, 'new-id', 'A sum would be too large.', '合计金额过大。'),
  'currency-unknown': row(422, 'never', 'The currency is not known.', '未知货币。'),
  'currency-mismatch': row(422, 'never', 'The currencies differ.', '货币不一致。'),
  'currency-exponent': row(
    422,
    'never',
    'The currency has another number of decimals.',
    '货币的小数位数不符。',
  ),
  'limit-transaction': row(
    422,
    'never',
    'The amount is over the limit for one payment.',
    '金额超过单笔限额。',
  ),
  'limit-cumulative': row(422, 'new-id', 'The cumulative limit is exceeded.', '超过累计限额。'),
} as const;

import { row } from './row.ts';

/** What the ledger itself refuses, whoever asks. */
export const ledgerRejections = {
  'account-unknown': row(404, 'later', 'There is no such account.', '没有该账户。'),
  'account-exists': row(
    409,
    'never',
    'The account exists with other properties.',
    '账户已存在且属性不同。',
  ),
  'account-frozen': row(403, 'later', 'The account is frozen.', '账户已冻结。'),
  'hold-unknown': row(404, 'later', 'There is no such hold.', '没有该预留。'),
  'hold-exists': row(409, 'never', 'The hold exists already.', '预留已存在。'),
  'hold-exceeded': row(422, 'new-id', 'The hold has less left than is asked.', '预留余额不足。'),
  'claim-taken': row(
    409,
    'new-id',
    'What can be claimed once has been claimed.',
    '一次性权利已被使用。',
  ),
  'sequence-gap': row(
    409,
    'later',
    'An earlier number of the series is missing.',
    '序列中缺少较早的编号。',
  ),
  'sequence-passed': row(409, 'never', 'The series has passed this number.', '序列已超过该编号。'),
  'group-empty': row(422, 'never', 'The group asks for nothing.', '分录组为空。'),
  'group-too-large': row(413, 'never', 'The group has too many parts.', '分录组过大。'),
} as const;

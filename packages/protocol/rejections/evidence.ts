import { row } from './row.ts';

/** What a meter has signed itself (spec/32-evidence.md). */
export const evidenceRejections = {
  'evidence-missing': row(
    422,
    'never',
    'The METER names no signed record of the meter.',
    '计量消息未指明电表的签名记录。',
  ),
  'evidence-invalid': row(
    422,
    'never',
    'A signed record of the meter cannot be read, or marks a value as unusable.',
    '电表签名记录无法读取，或其数值标记为不可用。',
  ),
  'evidence-signature-invalid': row(
    422,
    'never',
    'The signature of a meter record is missing or does not fit.',
    '电表记录的签名缺失或无效。',
  ),
  'evidence-wrong-meter': row(
    422,
    'never',
    'A signed record is from another meter.',
    '签名记录来自另一块电表。',
  ),
  'evidence-incomplete': row(
    422,
    'never',
    'Signed records of the meter are missing or do not belong together.',
    '电表签名记录缺失或不连贯。',
  ),
  'evidence-mismatch': row(
    422,
    'never',
    'The signed records of the meter do not say what the METER says.',
    '电表签名记录与计量消息不一致。',
  ),
} as const;

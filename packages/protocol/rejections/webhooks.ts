import { row } from './row.ts';

/** Addresses that events are sent to (spec/34-events.md). */
export const webhookRejections = {
  'webhook-url-forbidden': row(
    422,
    'never',
    'Events may not be sent to this address.',
    '不允许向该地址发送事件。',
  ),
} as const;

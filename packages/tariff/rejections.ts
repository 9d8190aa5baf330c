/**
 * What every fallible function of this package gives back. It has the shape of the results of the
 * other packages, but this package depends on none of them.
 */
export type Result<T> = { ok: true; value: T } | { ok: false; rejection: Rejection };

/** An expected "no": a code of the closed union, and in `detail` where it was found. */
export interface Rejection {
  code: RejectionCode;
  detail?: string;
}

/** Every code this package can reject with, and its text in English and Chinese. */
export const REJECTIONS = {
  'tariff-json': {
    en: 'The tariff is not a JSON object.',
    zh: '资费不是 JSON 对象。',
  },
  'tariff-too-large': {
    en: 'The tariff has too many elements or components, or its text is too long.',
    zh: '资费的要素或价格项过多，或文本过长。',
  },
  'tariff-field-missing': {
    en: 'A field that the tariff needs is missing.',
    zh: '资费缺少必需的字段。',
  },
  'tariff-field-invalid': {
    en: 'A field of the tariff has a value that is not allowed.',
    zh: '资费字段的值不被允许。',
  },
  'tariff-field-unknown': {
    en: 'An element or price component has a field that this version does not know.',
    zh: '资费要素或价格项含有本版本不认识的字段。',
  },
  'tariff-number': {
    en: 'A number of the tariff is not a decimal within the bounds.',
    zh: '资费中的数字不是界限内的十进制数。',
  },
  'tariff-number-negative': {
    en: 'A number of the tariff is negative.',
    zh: '资费中的数字为负数。',
  },
  'tariff-currency': {
    en: 'The currency is not an ISO 4217 code, or is not that of the asset.',
    zh: '币种不是 ISO 4217 代码，或与资产的币种不一致。',
  },
  'tariff-dimension-unknown': {
    en: 'The tariff prices a dimension that this version does not know.',
    zh: '资费使用了本版本不认识的计价维度。',
  },
  'tariff-dimension-duplicate': {
    en: 'One element prices the same dimension twice.',
    zh: '同一要素对同一维度定价两次。',
  },
  'tariff-reservation-dimension': {
    en: 'An element for reservations may price only FLAT and TIME.',
    zh: '预约要素只能对 FLAT 和 TIME 定价。',
  },
  'tariff-restriction-unknown': {
    en: 'The tariff has a restriction that this version does not know.',
    zh: '资费含有本版本不认识的限制条件。',
  },
  'tariff-restriction-range': {
    en: 'A restriction can never hold: its lower bound is not below its upper bound.',
    zh: '限制条件永远无法满足：下限不低于上限。',
  },
  'tariff-time': {
    en: 'A time of day is not written as HH:MM between 00:00 and 23:59.',
    zh: '时刻须写作 HH:MM，介于 00:00 与 23:59 之间。',
  },
  'tariff-date': {
    en: 'A date is not a day of the calendar written as YYYY-MM-DD.',
    zh: '日期不是以 YYYY-MM-DD 书写的有效日期。',
  },
  'tariff-time-zone': {
    en: 'The time zone is not an IANA zone known here.',
    zh: '时区不是此处可识别的 IANA 时区。',
  },
  'tariff-time-zone-missing': {
    en: 'The tariff has a restriction in local time but names no time zone.',
    zh: '资费含有当地时间的限制，但未指定时区。',
  },
  'tariff-tax': {
    en: 'The taxes contradict each other or the field tax_included.',
    zh: '税项相互矛盾，或与 tax_included 字段矛盾。',
  },
  'tariff-limit': {
    en: 'A minimum or maximum price is empty or contradicts itself or the other one.',
    zh: '最低价或最高价为空、自相矛盾或彼此矛盾。',
  },
  'session-invalid': {
    en: 'The session does not have the form of a session.',
    zh: '会话的结构不正确。',
  },
  'session-dimension-unknown': {
    en: 'The session has a field or dimension that this version does not know.',
    zh: '会话含有本版本不认识的字段或维度。',
  },
  'session-instant': {
    en: 'An instant is not a whole number of milliseconds since 1970.',
    zh: '时间点不是自 1970 年起的整数毫秒。',
  },
  'session-end-before-start': {
    en: 'A period ends before it starts.',
    zh: '时段的结束早于开始。',
  },
  'session-overlap': {
    en: 'Two periods overlap or are not in order of time.',
    zh: '两个时段重叠，或未按时间顺序排列。',
  },
  'session-quantity': {
    en: 'A quantity is not an exact decimal within the bounds.',
    zh: '数量不是界限内的精确十进制数。',
  },
  'session-quantity-negative': {
    en: 'A quantity is negative.',
    zh: '数量为负数。',
  },
  'session-register-backwards': {
    en: 'A register shows less than it did before.',
    zh: '计数器读数小于之前的读数。',
  },
  'session-current-missing': {
    en: 'The tariff asks for the current, and a period does not say it.',
    zh: '资费需要电流，但时段未给出电流。',
  },
  'session-power-missing': {
    en: 'The tariff asks for the power, and a period neither says it nor lets it be computed.',
    zh: '资费需要功率，但时段未给出且无法计算功率。',
  },
  'session-sku-unknown': {
    en: 'The tariff prices items, but none with this article number.',
    zh: '资费对商品定价，但不含此货号。',
  },
  'session-too-many-periods': {
    en: 'The session has too many periods.',
    zh: '会话的时段过多。',
  },
  'session-too-long': {
    en: 'The session falls into too many parts for its tariff.',
    zh: '会话在此资费下被划分的区段过多。',
  },
  'session-amount-overflow': {
    en: 'The price is more than 2^63-1 minor units.',
    zh: '价格超过 2^63-1 个最小货币单位。',
  },
} as const satisfies Record<string, { en: string; zh: string }>;

/** A code of {@link REJECTIONS}. */
export type RejectionCode = keyof typeof REJECTIONS;

/** A result that says no. `detail` names the place, such as `elements[2].restrictions`. */
export function reject(code: RejectionCode, detail?: string): { ok: false; rejection: Rejection } {
  return { ok: false, rejection: detail === undefined ? { code } : { code, detail } };
}

/** A result that says yes. */
export function accept<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

import { isRejectionCode, rejectionRow } from './rejections.ts';
import type { Rejection } from './result.ts';

/** RFC 9457 problem details, with the code that programs read. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly instance?: string;
  readonly trace_id?: string;
};

export const PROBLEM_TYPE_BASE = 'https://coinbox.example/problems/';

export type Language = 'en' | 'zh';

/** The language of an Accept-Language header that we can answer in. */
export const languageOf = (header: string | undefined): Language =>
  /^\s*zh\b/i.test(header ?? '') ? 'zh' : 'en';

/** The problem document of a rejection. `at` adds instance and trace id. */
export function problemOf(
  rejection: Rejection,
  language: Language = 'en',
  at: Pick<Problem, 'instance' | 'trace_id'> = {},
): Problem {
  const { status, en, zh } = rejectionRow(rejection.code);
  return {
    type: PROBLEM_TYPE_BASE + rejection.code,
    title: language === 'zh' ? zh : en,
    status,
    code: rejection.code,
    ...(rejection.detail !== undefined && { detail: rejection.detail }),
    ...at,
  };
}

/** The rejection that a problem document tells of; undefined where it is not one of ours. */
export function rejectionOfProblem(body: unknown): Rejection | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { code, detail } = body as { code?: unknown; detail?: unknown };
  if (!isRejectionCode(code)) return undefined;
  return typeof detail === 'string' ? { code, detail } : { code };
}

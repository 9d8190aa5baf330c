/**
 * What the caller may do after a "no".
 * - `never`: the same request will always get this answer; mend it or give up.
 * - `later`: nothing was recorded; send the same bytes again after a while.
 * - `new-id`: this id is burned with the answer; a new attempt takes a new id.
 */
export type RetryRule = 'never' | 'later' | 'new-id';

/** One "no": HTTP status, what the caller may do, and its text for people in two languages. */
export type RejectionRow = {
  readonly status: number;
  readonly retry: RetryRule;
  readonly en: string;
  readonly zh: string;
};

export const row = (status: number, retry: RetryRule, en: string, zh: string): RejectionRow => ({
  status,
  retry,
  en,
  zh,
});

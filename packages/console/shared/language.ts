import type { Language } from '@coinbox/protocol';

/** A catalogue in both languages: every text of the one is in the other, which the types hold. */
export type Catalogue<Texts> = Readonly<Record<Language, Texts>>;

/** Texts of one language under the names of another. */
export type Same<Texts> = { readonly [Name in keyof Texts]: string };

/** The placeholders of a text: `{index}` is filled from `values.index`. */
export type Values = Readonly<Record<string, string | number>>;

/** A text with its placeholders filled in; one without a value stays as it stands. */
export const fill = (text: string, values: Values = {}): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

/** The `lang` attribute and the locale of `Intl` (BCP 47). */
export const localeOf = (language: Language): string => (language === 'zh' ? 'zh-Hans' : 'en');

/** A plain decimal string, in the manner of the language. It keeps its decimals: no float. */
export function formatDecimal(decimal: string, language: Language): string {
  const places = decimal.split('.')[1]?.length ?? 0;
  const format = new Intl.NumberFormat(localeOf(language), {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
  return format.format(decimal as Intl.StringNumericLiteral);
}

/** RFC 3339 or milliseconds since 1970, as a date and time of the reader's zone. */
export const formatTime = (at: string | number, language: Language): string =>
  new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'short', timeStyle: 'medium' }).format(
    new Date(at),
  );

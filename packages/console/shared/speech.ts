import { signal } from '@preact/signals';
import type { Language } from '@coinbox/protocol';
import { fill, formatTime, localeOf } from './language.ts';
import type { Catalogue, Values } from './language.ts';
import { formatAmount } from './amount.ts';

const KEPT = 'coinbox-language';

function firstLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(KEPT);
  return (asked ?? navigator.language).startsWith('zh') ? 'zh' : 'en';
}

/** The language of the page: what the address asks for, was chosen before, or the browser has. */
export const language = signal<Language>(firstLanguage());

language.subscribe((chosen) => {
  document.documentElement.lang = localeOf(chosen);
  localStorage.setItem(KEPT, chosen);
});

/** The other language, as its readers call it. */
export const otherLanguage = (): { readonly code: Language; readonly name: string } =>
  language.value === 'en' ? { code: 'zh', name: '中文' } : { code: 'en', name: 'English' };

/** What says the texts of a catalogue in the language of the page. */
export type Speech<Name extends string> = (name: Name, values?: Values) => string;

export const speechOf =
  <Texts extends Readonly<Record<string, string>>>(
    catalogue: Catalogue<Texts>,
  ): Speech<keyof Texts & string> =>
  (name, values) =>
    fill(catalogue[language.value][name] ?? name, values);

/** Minor units as the reader sees them. */
export const money = (minor: string | bigint, asset: string): string =>
  formatAmount(minor, asset, language.value);

export const time = (at: string | number): string => formatTime(at, language.value);

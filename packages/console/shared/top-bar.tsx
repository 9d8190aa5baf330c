import { language, otherLanguage } from './speech.ts';

/** The button that turns the page to the other language. */
export function LanguageButton() {
  const other = otherLanguage();
  const turn = (): void => {
    language.value = other.code;
  };
  return (
    <button type="button" lang={other.code === 'zh' ? 'zh-Hans' : 'en'} onClick={turn}>
      {other.name}
    </button>
  );
}

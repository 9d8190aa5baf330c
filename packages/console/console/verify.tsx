import { useSignal } from '@preact/signals';
import { MessageView } from './message-view.tsx';
import { openAny, openChecker } from './opened.ts';
import type { OpenedMessage } from './opened.ts';
import { readPasted } from './pasted.ts';
import { t } from './words.ts';

type Found = { readonly name: string; readonly message?: OpenedMessage; readonly code?: string };

/** Checks any signed message, or a saved receipt, in this browser. */
export function Verify() {
  const found = useSignal<readonly Found[]>([]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get('message'));
    void check(text).then((all) => (found.value = all));
  };
  return (
    <>
      <h1>{t('verify')}</h1>
      <p>{t('verifyLead')}</p>
      <form onSubmit={submit}>
        <label>
          {t('message')}
          <textarea name="message" rows={8} class="wide-text" spellcheck={false} required />
        </label>
        <p>
          <button class="main">{t('check')}</button>
        </p>
      </form>
      <div aria-live="polite">
        {found.value.map(({ name, message, code = '' }, place) =>
          message ? (
            <MessageView key={place} name={name || t('message')} message={message} />
          ) : (
            <p key={place} class="notice bad">
              {t('unreadable', { code })}
            </p>
          ),
        )}
      </div>
    </>
  );
}

async function check(text: string): Promise<readonly Found[]> {
  const pasted = readPasted(text);
  if (pasted.length === 0) return [{ name: '', code: 'malformed-text' }];
  const checker = await openChecker();
  return Promise.all(
    pasted.map(async ({ name, bytes }): Promise<Found> => {
      const opened = await openAny(checker, bytes);
      return opened.ok ? { name, message: opened.value } : { name, code: opened.rejection.code };
    }),
  );
}

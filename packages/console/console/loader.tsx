import { signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from './words.ts';

/** Counts up when something was changed: what is shown is read again. */
export const changes = signal(0);

type LoaderParts<T> = {
  /** What the reading depends on: another key, another reading. */
  readonly of: string;
  readonly load: () => Promise<T>;
  readonly children: (found: T) => ComponentChildren;
};

/** Shows what was read from the issuer; says so while it is read, and where it cannot be. */
export function Loader<T>({ of, load, children }: LoaderParts<T>) {
  const found = useSignal<{ readonly of: string; readonly value: T } | undefined>(undefined);
  const failure = useSignal<string | undefined>(undefined);
  const again = useSignal(0);
  useEffect(() => {
    let isHere = true;
    failure.value = undefined;
    load().then(
      (value) => {
        if (isHere) found.value = { of, value };
      },
      (cause: unknown) => {
        if (isHere) failure.value = cause instanceof Error ? cause.message : String(cause);
      },
    );
    return () => {
      isHere = false;
    };
  }, [of, again.value, changes.value]);
  if (failure.value !== undefined) {
    return (
      <div class="notice bad" role="alert">
        <p>{t('failed', { text: failure.value })}</p>
        <button onClick={() => again.value++}>{t('again')}</button>
      </div>
    );
  }
  if (found.value?.of !== of) return <p role="status">{t('loading')}</p>;
  return <>{children(found.value.value)}</>;
}

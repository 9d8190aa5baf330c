import { signal } from '@preact/signals';

/** Where one is in the console: the page, what it is about, and its filters. */
export type Route = {
  readonly page: string;
  /** `wal_…` of a terminal, `ses_…` of a session. */
  readonly about: string;
  readonly words: URLSearchParams;
};

/** Reads the fragment of an address: `#/payments?status=refused`. */
export function readRoute(fragment: string): Route {
  const [path = '', query = ''] = fragment.replace(/^#\/?/, '').split('?');
  const [page = '', about = ''] = path.split('/').map(decodeURIComponent);
  return { page: page === '' ? 'overview' : page, about, words: new URLSearchParams(query) };
}

/** The fragment of a route, for links. Empty words are left out. */
export function hrefTo(page: string, about = '', words: Record<string, string> = {}): string {
  const filled = Object.entries(words).filter(([, value]) => value !== '');
  const query = new URLSearchParams(filled).toString();
  const path = about === '' ? page : `${page}/${encodeURIComponent(about)}`;
  return `#/${path}${query === '' ? '' : `?${query}`}`;
}

export const route = signal(readRoute(globalThis.location?.hash ?? ''));

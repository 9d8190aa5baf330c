// pure
import type { Scene, Way } from './state.ts';

const common = { terminals: 2, amount: 2, balance: 0, float: 0, copies: false, freezes: false };

/** Sessions, given by their terminal, all paid one way. */
const sessions = (way: Way, ...terminals: readonly number[]): Scene['sessions'] =>
  terminals.map((terminal) => ({ terminal, way }));

/** What `npm run model` explores. Terminals are counted from 0. */
export const SCENES: readonly Scene[] = [
  {
    ...common,
    name: 'online',
    about: 'two sessions at one terminal and one at another; the balance pays for two',
    sessions: sessions('online', 0, 0, 1),
    balance: 5,
  },
  {
    ...common,
    name: 'offline',
    about: 'the same offline: the third payment spends the refunds of the others',
    sessions: sessions('offline', 0, 0, 1),
    float: 5,
  },
  {
    ...common,
    name: 'mixed',
    about: 'a terminal that is paid online and offline, and one that is paid offline',
    sessions: [...sessions('online', 0), ...sessions('offline', 0, 1)],
    balance: 2,
    float: 3,
  },
  {
    ...common,
    name: 'copied',
    about: 'a copied wallet pays two terminals with one sequence number',
    sessions: sessions('offline', 0, 1),
    float: 2,
    copies: true,
  },
  {
    ...common,
    name: 'frozen',
    about: 'two sessions at one terminal, online; the provider is frozen and released',
    sessions: sessions('online', 0, 0),
    terminals: 1,
    balance: 4,
    freezes: true,
  },
];

const pairOf = (way: Way): Scene => ({
  ...common,
  name: `pair ${way}`,
  about: `one session at each of two terminals, ${way}`,
  sessions: sessions(way, 0, 1),
  balance: 3,
  float: 3,
});

/** In which the mutations are looked for: by way of payment. */
export const PAIRS: Readonly<Record<Way, Scene>> = {
  online: pairOf('online'),
  offline: pairOf('offline'),
};

/** One session, small enough for a network of explicit messages. */
export const singleOf = (way: Way): Scene => ({
  ...common,
  name: `single ${way}`,
  about: `one session, ${way}`,
  terminals: 1,
  sessions: sessions(way, 0),
  balance: 2,
  float: 2,
});

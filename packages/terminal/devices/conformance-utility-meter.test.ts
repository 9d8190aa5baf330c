import { conform } from './testing/conform.ts';

conform('utility meter');

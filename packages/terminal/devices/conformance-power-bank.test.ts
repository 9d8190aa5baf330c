import { conform } from './testing/conform.ts';

conform('power bank');

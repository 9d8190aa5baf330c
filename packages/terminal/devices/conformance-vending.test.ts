import { conform } from './testing/conform.ts';

conform('vending');

import type { Language } from '@coinbox/protocol';

/** Every text of the status page. */
const en = {
  title: 'Coinbox demo',
  lead: 'Where the money is, as of ledger index',
  payers: 'Payer wallets',
  holding: 'Holding wallets',
  settlement: 'Settlement wallets',
  providers: 'Provider wallets',
  issued: 'Issued',
  difference: 'Sum of all accounts',
  right: 'adds up',
  wrong: 'does not add up',
  payments: 'Payments',
  settlements: 'Settlements',
  refunds: 'Refunds',
  terminals: 'Terminals',
  terminal: 'Terminal',
  open: 'Open sessions',
  held: 'Held',
  transit: 'In settlement',
  link: 'Link',
  up: 'up',
  down: 'down',
  stale: 'No answer from the issuer. Showing the last state.',
  language: '中文',
} as const;

export type PageTexts = { readonly [Key in keyof typeof en]: string };

const zh: PageTexts = {
  title: 'Coinbox 演示',
  lead: '资金所在，账本序号',
  payers: '付款方钱包',
  holding: '收款钱包（第一模块）',
  settlement: '结算钱包（第二模块）',
  providers: '服务商钱包',
  issued: '已发行',
  difference: '全部账户合计',
  right: '账目相符',
  wrong: '账目不符',
  payments: '付款',
  settlements: '结算',
  refunds: '退款',
  terminals: '终端',
  terminal: '终端',
  open: '未结束会话',
  held: '持有',
  transit: '结算中',
  link: '链路',
  up: '正常',
  down: '中断',
  stale: '发行方无应答，显示最后状态。',
  language: 'English',
};

export const PAGE_TEXTS: Readonly<Record<Language, PageTexts>> = { en, zh };

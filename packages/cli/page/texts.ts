import type { Language } from '@coinbox/protocol';

/** Every text of the status page. */
const en = {
  title: 'Coinbox demo',
  /** `{index}` stands for a ledger index. */
  lead: 'Where the money is, as of ledger index {index}',
  payers: 'Payer wallets',
  holding: 'Holding wallets',
  settlement: 'Settlement wallets',
  providers: 'Provider wallets',
  issued: 'Issued',
  difference: 'Sum of all accounts',
  right: 'The books add up.',
  wrong: 'The books do not add up.',
  payments: 'Payments',
  settlements: 'Settlements',
  refunds: 'Refunds',
  /** `{name}` and `{value}` of one fact. */
  fact: '{name}: {value}',
  /** `{number}` of terminals. */
  terminals: 'Terminals ({number})',
  terminal: 'Terminal',
  open: 'Open sessions',
  held: 'Held',
  transit: 'In settlement',
  link: 'Link to provider',
  up: 'up',
  down: 'down',
  stale: 'No answer from the demo. This is the last known state.',
  language: '中文',
  pages: 'Pages of the demo',
  signedIn: 'Demo on this machine only: the console opens signed in as the operator “maker”.',
  consoleLink: 'Console',
  payLink: 'Pay at a machine',
  faceLink: 'Display of the machine',
} as const;

export type PageTexts = { readonly [Key in keyof typeof en]: string };

const zh: PageTexts = {
  title: 'Coinbox 演示',
  lead: '截至账本序号 {index} 的电子资源分布',
  payers: '付款方终端',
  holding: '收款钱包（第一电子资源承载模块）',
  settlement: '结算钱包（第二电子资源承载模块）',
  providers: '服务商钱包',
  issued: '已发行',
  difference: '全部账户合计',
  right: '账目相符。',
  wrong: '账目不符。',
  payments: '付款',
  settlements: '结算',
  refunds: '退款',
  fact: '{name}：{value}',
  terminals: '收款方终端（{number} 台）',
  terminal: '收款方终端',
  open: '未结束会话',
  held: '持有',
  transit: '结算中',
  link: '设备链路',
  up: '正常',
  down: '中断',
  stale: '演示程序没有应答，以下为最后已知状态。',
  language: 'English',
  pages: '演示页面',
  signedIn: '仅限本机的演示：控制台已以操作员 maker 的身份登录。',
  consoleLink: '控制台',
  payLink: '在机器上付款',
  faceLink: '机器的显示屏',
};

export const PAGE_TEXTS: Readonly<Record<Language, PageTexts>> = { en, zh };

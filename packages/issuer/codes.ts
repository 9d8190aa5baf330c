// pure
/** The words of the issuer for its groups (spec/11-issuer.md). */
export const CODES = {
  open: 'open',
  wallet: 'wallet',
  proposal: 'proposal',
  mapping: 'mapping',
  freeze: 'freeze',
  unfreeze: 'unfreeze',
  suspend: 'suspend',
  resume: 'resume',
  revoke: 'revoke',
  issue: 'issue',
  redeem: 'redeem',
  pay: 'pay',
  void: 'void',
  settle: 'settle',
  park: 'park',
  refund: 'refund',
  refusal: 'refusal',
} as const;

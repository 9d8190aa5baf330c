// pure

/** Everything that is checked, by the invariant that it belongs to. Page 17 says what each is. */
const CHECKS = {
  I1: ['issuance'],
  I2: ['balance', 'account'],
  I3: ['id', 'claim', 'fingerprint'],
  I4: ['bill'],
  I5: ['hold', 'draw'],
  I6: ['transit'],
  I7: ['version', 'destination'],
  I8: ['receipt', 'tree', 'checkpoint'],
  I9: ['index', 'link', 'series'],
  I10: ['refund'],
  I14: ['certificate', 'message', 'signature', 'role', 'validity', 'payload'],
  I16: ['amount', 'overflow'],
  I17: ['frozen', 'revoked', 'suspended', 'standing'],
  I18: ['people'],
  I19: ['file', 'entry', 'refusal'],
} as const;

export type CheckName = (typeof CHECKS)[keyof typeof CHECKS][number];

/** The invariant of each check. */
export const INVARIANTS = new Map<CheckName, string>(
  Object.entries(CHECKS).flatMap(([invariant, names]) => names.map((name) => [name, invariant])),
);

/** What does not hold. Thrown within the verifier, never out of it. */
export class Broken extends Error {
  readonly check: CheckName;
  constructor(check: CheckName, detail: string) {
    super(detail);
    this.check = check;
  }
}

/** Makes checks and counts them. All throw Broken. */
export function createChecks() {
  const counts = new Map([...INVARIANTS.keys()].map((name) => [name, 0]));
  const demand = (check: CheckName, holds: unknown, detail: string): void => {
    counts.set(check, (counts.get(check) ?? 0) + 1);
    if (!holds) throw new Broken(check, detail);
  };
  /** The value, which must be there. */
  const need = <T>(check: CheckName, value: T | undefined, detail: string): T => {
    demand(check, value !== undefined, detail);
    return value as T;
  };
  /** What is read by a function that throws at a wrong form. */
  const reading = <T>(check: CheckName, run: () => T): T => {
    counts.set(check, (counts.get(check) ?? 0) + 1);
    try {
      return run();
    } catch (error) {
      throw error instanceof Broken ? error : new Broken(check, (error as Error).message);
    }
  };
  return { counts, demand, need, reading };
}

export type Checks = ReturnType<typeof createChecks>;

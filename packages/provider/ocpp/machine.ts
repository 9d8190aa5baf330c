import type { Money, Reading, SessionId } from '@coinbox/protocol';

/** What a machine tells its terminal. The same shape as the terminal's DeviceEvents. */
export interface MachineEvents {
  delivered(
    session: SessionId,
    readings: readonly Reading[],
    final: boolean,
    from?: number,
  ): 'taken' | 'refused';
  failed(session: SessionId): void;
}

/** A connector as the machine of a terminal. The same shape as the terminal's Device. */
export interface Machine {
  readonly tick?: { readonly ms: number; readonly energyWh: bigint };
  connect(events: MachineEvents): void;
  start(
    session: SessionId,
    order: { readonly held: Money; readonly journalled: readonly Reading[] },
  ): void;
  stop(session: SessionId): void;
}

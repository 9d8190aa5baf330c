import { CARRIER_MEDIA_TYPE, Fault, rejectionOfProblem } from '@coinbox/protocol';
import type { Fetch } from '@coinbox/protocol';

/**
 * A way to a terminal: Internet, NFC or Bluetooth. One request, one reply; a failure is a Fault
 * `unreachable`.
 */
export interface Carrier {
  exchange(request: Uint8Array): Promise<Uint8Array>;
}

/** The Internet carrier. `url`: the terminal's address, as its offer link names it. */
export function httpCarrier(url: string, fetch: Fetch, timeoutMs = 10_000): Carrier {
  return {
    async exchange(request) {
      let status: number;
      let body: Uint8Array;
      try {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': CARRIER_MEDIA_TYPE },
          body: Uint8Array.from(request),
          signal: AbortSignal.timeout(timeoutMs),
        });
        status = answer.status;
        body = new Uint8Array(await answer.arrayBuffer());
      } catch (cause) {
        throw new Fault('unreachable', `no answer from the terminal at ${url}`, cause);
      }
      if (status === 200) return body;
      throw new Fault('unreachable', `the terminal answered ${status} ${codeIn(body)}`.trim());
    },
  };
}

function codeIn(body: Uint8Array): string {
  try {
    const problem: unknown = JSON.parse(new TextDecoder().decode(body));
    return rejectionOfProblem(problem)?.code ?? '';
  } catch {
    return '';
  }
}

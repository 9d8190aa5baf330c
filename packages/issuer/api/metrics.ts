import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Issuer } from '../issuer.ts';

/** What `/metrics` shows, in Prometheus' text form. */
export function createMetrics(issuer: Pick<Issuer, 'summary'>) {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'coinbox_requests_total',
    help: 'Answers by door and status',
    labelNames: ['door', 'status'],
    registers,
  });
  const rejections = new Counter({
    name: 'coinbox_rejections_total',
    help: 'Rejections and recorded refusals by code',
    labelNames: ['code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'coinbox_message_seconds',
    help: 'Time from a signed message to its answer',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers,
  });
  const gauge = (name: string, help: string): Gauge =>
    new Gauge({ name: `coinbox_${name}`, help, registers });
  const index = gauge('ledger_index', 'Index of the last ledger entry');
  const commits = new Counter({
    name: 'coinbox_commits_total',
    help: 'Entries recorded in the ledger log',
    registers,
  });
  const conserved = gauge('conservation_ok', '1 while all accounts sum up to 0');
  const outstanding = gauge('outstanding_minor_units', 'Issued less redeemed');
  /** By door and status: finding a counter by its labels costs more than counting. */
  const counters = new Map<string, Counter.Internal>();
  const counterOf = (door: string, status: number): Counter.Internal => {
    const name = `${door} ${status}`;
    let counter = counters.get(name);
    if (!counter) counters.set(name, (counter = requests.labels(door, String(status))));
    return counter;
  };
  return {
    contentType: registry.contentType,
    answered(door: 'messages' | 'api', status: number): void {
      counterOf(door, status).inc();
    },
    refused: (code: string): void => rejections.inc({ code }),
    took: (duration: number): void => seconds.observe(duration),
    async text(): Promise<string> {
      const summary = await issuer.summary();
      index.set(summary.as_of_index);
      commits.reset();
      commits.inc(summary.as_of_index);
      conserved.set(summary.difference === '0' ? 1 : 0);
      // A graph of it: what is exact is in GET /v1/summary.
      outstanding.set(Number(summary.outstanding));
      return registry.metrics();
    },
  };
}
export type Metrics = ReturnType<typeof createMetrics>;

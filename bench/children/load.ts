import { connect } from 'node:net';
import { join } from 'node:path';
import { LANES_FILE, readLanes } from '../lib/lanes.ts';
import { cpuSecondsOf, readJob } from '../lib/processes.ts';

// Sends prepared messages over keep-alive connections, each with one request under way, and reads
// no more of an answer than its status and its length.

export type LoadJob = {
  readonly folder: string;
  readonly url: string;
  /** The server, whose CPU time is read. */
  readonly pid: number;
  readonly connections: number;
  /** Messages of each lane that were sent before. */
  readonly from: number;
  /** Messages of each lane that are sent first and not counted, and that are counted. */
  readonly warm: number;
  readonly take: number;
};

export type Loaded = {
  /** Answers with status 200, and all others by status. */
  readonly good: number;
  readonly others: Readonly<Record<string, number>>;
  readonly perSecond: number;
  /** CPU time of the server for one good answer. */
  readonly serverUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
};

const job = readJob<LoadJob>();
const { hostname, port, host } = new URL(job.url);

function requestOf(message: Uint8Array): Buffer {
  const head =
    `POST /v1/messages HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/cose\r\n` +
    `content-length: ${message.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), message]);
}

/**
 * Answers that are a whole: status and length of what has come, undefined while parts are missing.
 */
function statusOf(answer: Buffer): string | undefined {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const from = answer.indexOf('ontent-length: ', 0, 'latin1') + 15;
  const length = Number(answer.toString('latin1', from, answer.indexOf('\r', from)));
  return answer.length < end + 4 + length ? undefined : answer.toString('latin1', 9, 12);
}

type Answered = (status: string, ms: number) => void;

/** One connection: sends its requests one after the other. */
async function openConnection() {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return {
    send: (requests: readonly Buffer[], answered: Answered): Promise<void> =>
      new Promise((resolve, reject) => {
        let next = 0;
        let sentAt = 0;
        let part: Buffer | undefined;
        const send = (): void => {
          const request = requests[next++];
          if (!request) {
            socket.removeAllListeners('data');
            return resolve();
          }
          sentAt = performance.now();
          socket.write(request);
        };
        socket.on('data', (chunk: Buffer) => {
          const answer = part ? Buffer.concat([part, chunk]) : chunk;
          const status = statusOf(answer);
          part = status === undefined ? answer : undefined;
          if (status === undefined) return;
          answered(status, performance.now() - sentAt);
          send();
        });
        socket.once('error', reject);
        socket.once('close', () => reject(new Error('the server closed a connection')));
        send();
      }),
    close: () => {
      socket.removeAllListeners('close');
      socket.destroy();
    },
  };
}

const lanes = readLanes(join(job.folder, LANES_FILE));

/** What each connection sends: the first of each of its lanes, then the second of each, … */
const requestsOf = (from: number, count: number): Buffer[][] =>
  Array.from({ length: job.connections }, (_, connection) => {
    const own = lanes.filter((_, lane) => lane % job.connections === connection);
    return Array.from({ length: count }, (_, step) =>
      own.map((lane) => requestOf(lane[from + step] as Uint8Array)),
    ).flat();
  });

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;

async function load(): Promise<Loaded> {
  const connections = await Promise.all(
    Array.from({ length: job.connections }, () => openConnection()),
  );
  const run = (requests: Buffer[][], answered: Answered): Promise<unknown> =>
    Promise.all(connections.map(({ send }, index) => send(requests[index] ?? [], answered)));
  await run(requestsOf(job.from, job.warm), () => undefined);
  const requests = requestsOf(job.from + job.warm, job.take);
  const statuses: Record<string, number> = {};
  const latencies: number[] = [];
  const [cpuBefore, began] = [cpuSecondsOf(job.pid), performance.now()];
  await run(requests, (status, ms) => {
    statuses[status] = (statuses[status] ?? 0) + 1;
    latencies.push(ms);
  });
  const seconds = (performance.now() - began) / 1000;
  const cpuSeconds = cpuSecondsOf(job.pid) - cpuBefore;
  for (const { close } of connections) close();
  const { '200': good = 0, ...others } = statuses;
  const sorted = latencies.sort((a, b) => a - b);
  return {
    good,
    others,
    perSecond: good / seconds,
    serverUs: (cpuSeconds / good) * 1e6,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    p999Ms: quantile(sorted, 0.999),
  };
}

process.stdout.write(`${JSON.stringify(await load())}\n`);

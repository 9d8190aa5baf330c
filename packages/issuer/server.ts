import { Fault } from '@coinbox/protocol';
import type { Clock, Instant } from '@coinbox/protocol';
import { lockFolder } from '@coinbox/storage';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { createApp } from './api/app.ts';
import { createAnswers } from './api/idempotency.ts';
import { createMetrics } from './api/metrics.ts';
import { readConfig } from './config.ts';
import { openEnrolmentBook } from './enrolment/enrolment-book.ts';
import { createEnrolments } from './enrolment/enrolments.ts';
import { createEventHub } from './events/event-hub.ts';
import { logFolder } from './folder.ts';
import { openRecords } from './registry/schema.ts';
import { startIssuerThread } from './thread/remote-issuer.ts';
import type { RemoteIssuer } from './thread/remote-issuer.ts';
import { startWebhooks } from './webhooks/start-webhooks.ts';

export type StartIssuer = {
  /** A folder that `initIssuer` has made. */
  readonly folder: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Webhooks may go to http and to addresses that are not public. Default: no. */
  readonly webhooksAnywhere?: boolean;
  /** Default: JSON lines on standard error. */
  readonly log?: Logger;
  /** The built pages of the console, served below /console/. Default: none. */
  readonly consoleFolder?: string;
};

export type RunningIssuer = {
  /** `http://127.0.0.1:7400` */
  readonly url: string;
  readonly issuer: RemoteIssuer;
  /** Stops taking requests, ends those under way, and lets go of the folder. */
  close(): Promise<void>;
};

export const systemClock: Clock = { now: () => Date.now() as Instant };

/**
 * Starts the issuer's server. Throws Fault: not-initialised, config-invalid, startup-unsafe,
 * already-running, ledger-corrupt, storage-failed; and unreachable where the address cannot be
 * used.
 */
export async function startIssuer(options: StartIssuer): Promise<RunningIssuer> {
  const { folder, host = '127.0.0.1', port = 0, clock = systemClock } = options;
  const log = options.log ?? pino({ name: 'coinbox-issuer' }, pino.destination(2));
  const { network, asset, people, database } = readConfig(folder);
  const lock = lockFolder(folder);
  const closing: (() => unknown)[] = [() => lock.release()];
  /** In the opposite order of the opening. */
  const closeAll = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const issuer = await startIssuerThread(folder, clock);
    closing.push(() => issuer.close());
    const records = openRecords(folder);
    closing.push(() => records.close());
    const book = openEnrolmentBook(folder);
    closing.push(() => book.close());
    const metrics = createMetrics(issuer);
    const events = createEventHub(issuer.ledger, asset);
    const webhooks = startWebhooks({
      folder,
      hub: events,
      clock,
      anywhere: options.webhooksAnywhere ?? false,
      failed: (err) => log.error({ err }, 'a webhook cannot be served'),
    });
    closing.push(() => webhooks.close());
    let isSound = true;
    const app = await createApp({
      issuer,
      answers: createAnswers(records),
      people,
      clock,
      events,
      webhooks: webhooks.desk,
      enrolments: createEnrolments({ network, book, issuer, clock, random: randomBytes }),
      logFolder: logFolder(folder),
      consoleFolder: options.consoleFolder,
      metrics,
      refused: metrics.refused,
      isSound: () => isSound,
      failed(failure, traceId) {
        // A ledger that has failed once takes nothing any more: only a restart tells what was
        // recorded.
        if (failure instanceof Fault) isSound = false;
        log.error({ err: failure, trace_id: traceId }, 'a request failed');
      },
    });
    closing.push(() => app.close());
    closing.push(() => events.close());
    await app.listen({ host, port }).catch((cause: unknown) => {
      throw new Fault('unreachable', `cannot listen on ${host}:${port}`, cause);
    });
    if (database !== undefined) closing.push(followOthers(issuer, log));
    const { port: used } = app.server.address() as AddressInfo;
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${used}`;
    log.info({ url, index: issuer.openedAt }, 'the issuer is ready');
    return { url, issuer, close: closeOnce(closeAll, log) };
  } catch (cause) {
    await closeAll();
    throw cause;
  }
}

const FOLLOW_EVERY_MS = 1000;

/** Keeps the records near the log while nobody asks; every answer follows it by itself. */
function followOthers(issuer: RemoteIssuer, log: Logger): () => void {
  const following = setInterval(() => {
    issuer.follow().catch((err: unknown) => log.error({ err }, 'the log cannot be followed'));
  }, FOLLOW_EVERY_MS).unref();
  return () => clearInterval(following);
}

function closeOnce(closeAll: () => Promise<void>, log: Logger): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await closeAll();
    log.info('the issuer has stopped');
  };
  return () => (closing ??= close());
}

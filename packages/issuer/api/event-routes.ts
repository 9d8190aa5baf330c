import { EVENT_STREAM_PATH } from '@coinbox/protocol';
import type { Rejection } from '@coinbox/protocol';
import type { FastifyInstance } from 'fastify';
import type { EventHub } from '../events/event-hub.ts';
import { streamEvents } from '../events/event-stream.ts';
import { readStreamQuery } from '../events/filters.ts';
import { personOf } from './operators.ts';
import { sendProblem } from './routes.ts';

export type EventRoutesConfig = {
  readonly events: EventHub;
  readonly people: Readonly<Record<string, Uint8Array>>;
  /** Called with the code of every problem that is answered. */
  readonly refused: (code: string) => void;
  readonly failed: (failure: unknown, traceId: string) => void;
};

/** Streams that are open at once. */
export const MOST_STREAMS = 256;

const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
  // Nothing else is asked on it, and an end of ours is to be noticed at once.
  connection: 'close',
};

/**
 * Server-sent events below EVENT_STREAM_PATH (spec/34-events.md). Without `Last-Event-ID` and
 * `after` it begins with what happens next. Rejects: credentials-missing, parameter-unknown,
 * parameter-invalid, overloaded.
 */
export function addEventStream(app: FastifyInstance, config: EventRoutesConfig): void {
  const { events, people, refused, failed } = config;
  let open = 0;
  app.route({
    method: 'GET',
    url: EVENT_STREAM_PATH,
    exposeHeadRoute: false,
    schema: { hide: true },
    async handler(request, reply) {
      const refuse = (rejection: Rejection) => sendProblem(request, reply, rejection, refused);
      const person = personOf(people, request.headers.authorization);
      if (person === undefined) return refuse({ code: 'credentials-missing' });
      const lastId = request.headers['last-event-id']?.toString();
      const start = readStreamQuery(request.query as Record<string, unknown>, lastId);
      if (!start.ok) return refuse(start.rejection);
      const head = await events.head();
      const { after = head, filter } = start.value;
      if (after > head) {
        return refuse({ code: 'parameter-invalid', detail: `the log ends at ${head}` });
      }
      if (open >= MOST_STREAMS || events.closed.aborted) return refuse({ code: 'overloaded' });
      open += 1;
      reply.hijack();
      reply.raw.writeHead(200, headers);
      await streamEvents(reply.raw, events, { after, filter })
        .catch((failure: unknown) => {
          failed(failure, request.id);
          reply.raw.destroy();
        })
        .finally(() => (open -= 1));
      return reply;
    },
  });
}

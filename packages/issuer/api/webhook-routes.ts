import type { Result } from '@coinbox/protocol';
import type { FastifyInstance } from 'fastify';
import type { WebhookDesk } from '../webhooks/webhook-desk.ts';
import { personOf } from './operators.ts';
import { bodyOf, checkAccess, sendJson, sendProblem } from './routes.ts';

export type WebhookRoutesConfig = {
  readonly webhooks: WebhookDesk;
  readonly people: Readonly<Record<string, Uint8Array>>;
  /** Called with the code of every problem that is answered. */
  readonly refused: (code: string) => void;
};

export const WEBHOOKS_PATH = '/v1/webhooks';

type Act = (asked: {
  readonly body: unknown;
  readonly person: string;
  readonly webhook: string;
}) => Promise<Result<unknown>> | Result<unknown>;

/**
 * Operators' routes for endpoints (spec/34-events.md). None takes an Idempotency-Key: the names are
 * the caller's.
 */
export function addWebhookRoutes(app: FastifyInstance, config: WebhookRoutesConfig): void {
  const { webhooks, people, refused } = config;
  const route = (method: 'GET' | 'POST', url: string, status: number, act: Act): void => {
    app.route({
      method,
      url,
      schema: { hide: true },
      onRequest: async (request, reply) => {
        const asked = { access: 'person', method, keyed: false } as const;
        const no = checkAccess(asked, request, config);
        if (no) await sendProblem(request, reply, no, refused);
      },
      async handler(request, reply) {
        const read = method === 'POST' ? bodyOf(request) : undefined;
        if (read?.ok === false) return sendProblem(request, reply, read.rejection, refused);
        const person = personOf(people, request.headers.authorization) ?? '';
        const [webhook = ''] = Object.values(request.params as Record<string, string>);
        const answer = await act({ body: read?.value.parsed, person, webhook });
        if (!answer.ok) return sendProblem(request, reply, answer.rejection, refused);
        return sendJson(reply, status, JSON.stringify(answer.value));
      },
    });
  };
  const one = `${WEBHOOKS_PATH}/:webhook`;
  route('POST', WEBHOOKS_PATH, 201, ({ body, person }) => webhooks.add(body, person));
  route('GET', WEBHOOKS_PATH, 200, () => webhooks.list());
  route('POST', `${one}/remove`, 200, ({ webhook }) => webhooks.remove(webhook));
  route('GET', `${one}/dead-letters`, 200, ({ webhook }) => webhooks.deadLetters(webhook));
  route('POST', `${one}/replay`, 200, ({ body, webhook }) => webhooks.replay(webhook, body));
}

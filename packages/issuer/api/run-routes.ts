import { SYNC_MEDIA_TYPE, SYNC_PATH, encodeRunAnswer } from '@coinbox/protocol';
import type { FastifyInstance } from 'fastify';
import type { Issuer } from '../issuer.ts';
import { sendProblem } from './routes.ts';

export type RunRoutesConfig = {
  readonly issuer: Pick<Issuer, 'submitRun'>;
  /** Called with the code of every problem that is answered. */
  readonly refused: (code: string) => void;
};

/**
 * POST SYNC_PATH: a run of signed messages in, its receipts out (spec/18-offline.md). Rejects:
 * unsupported-media-type, too-large, and as the run does.
 */
export function addRunRoutes(app: FastifyInstance, { issuer, refused }: RunRoutesConfig): void {
  app.route({
    method: 'POST',
    url: SYNC_PATH,
    schema: { hide: true },
    async handler(request, reply) {
      if (request.headers['content-type'] !== SYNC_MEDIA_TYPE) {
        return sendProblem(request, reply, { code: 'unsupported-media-type' }, refused);
      }
      const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
      const answer = await issuer.submitRun(Uint8Array.from(body));
      if (!answer.ok) return sendProblem(request, reply, answer.rejection, refused);
      if (answer.value.stopped) refused(answer.value.stopped);
      return reply
        .header('content-type', SYNC_MEDIA_TYPE)
        .header('cache-control', 'no-store')
        .send(Buffer.from(encodeRunAnswer(answer.value)));
    },
  });
}

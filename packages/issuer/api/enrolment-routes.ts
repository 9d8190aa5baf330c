import { CLAIMS_PATH, ENROLMENTS_PATH } from '@coinbox/protocol';
import type { Result } from '@coinbox/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Enrolments } from '../enrolment/enrolments.ts';
import { personOf } from './operators.ts';
import { bodyOf, checkAccess, sendJson, sendProblem } from './routes.ts';

export type EnrolmentRoutesConfig = {
  readonly enrolments: Enrolments;
  readonly people: Readonly<Record<string, Uint8Array>>;
  /** Called with the code of every problem that is answered. */
  readonly refused: (code: string) => void;
};

/** What a route does with a request of a person; the person is empty where anybody may ask. */
type Act = (
  body: unknown,
  person: string,
  parameter: string,
) => Promise<Result<unknown>> | Result<unknown>;

/**
 * Enrolment of terminals (spec/19-enrolment.md): two operators agree to a code, and a terminal
 * claims its wallets with it. None takes an Idempotency-Key: the ids are the caller's, and the code
 * is not to be kept for a second answer.
 */
export function addEnrolmentRoutes(app: FastifyInstance, config: EnrolmentRoutesConfig): void {
  const { enrolments, people, refused } = config;
  const route = (url: string, access: 'anyone' | 'person', status: number, act: Act): void => {
    app.route({
      method: 'POST',
      url,
      schema: { hide: true },
      onRequest: async (request, reply) => {
        const asked = { access, method: 'POST', keyed: false } as const;
        const no = checkAccess(asked, request, config);
        if (no) await sendProblem(request, reply, no, refused);
      },
      async handler(request: FastifyRequest, reply: FastifyReply) {
        const body = bodyOf(request);
        if (!body.ok) return sendProblem(request, reply, body.rejection, refused);
        const person = personOf(people, request.headers.authorization) ?? '';
        const [parameter = ''] = Object.values(request.params as Record<string, string>);
        const answer = await act(body.value.parsed, person, parameter);
        if (!answer.ok) return sendProblem(request, reply, answer.rejection, refused);
        return sendJson(reply, status, JSON.stringify(answer.value));
      },
    });
  };
  route(ENROLMENTS_PATH, 'person', 201, (body, person) => enrolments.propose(body, person));
  route(`${ENROLMENTS_PATH}/:proposal/approve`, 'person', 200, (_, person, proposal) =>
    enrolments.approve(proposal, person),
  );
  route(CLAIMS_PATH, 'anyone', 201, (body) => enrolments.claim(body));
}

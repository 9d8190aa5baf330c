import { API_OPERATIONS, accept, reject, rejectionRow } from '@coinbox/protocol';
import type { ApiOperation, ApiOperationName, Clock, Rejection, Result } from '@coinbox/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Call } from '../context.ts';
import type { Issuer } from '../issuer.ts';
import { checkKey } from './idempotency.ts';
import type { Answers } from './idempotency.ts';
import { parseJson } from './json.ts';
import { personOf } from './operators.ts';
import { headersFor, problemFor } from './problems.ts';
import { OPERATION_SCHEMAS, ref } from './schemas.ts';
import type { OperationSchema } from './schemas.ts';

export type RoutesConfig = {
  readonly issuer: Pick<Issuer, 'call'>;
  readonly answers: Answers;
  readonly people: Readonly<Record<string, Uint8Array>>;
  readonly clock: Clock;
  /** Called with the code of every problem that is answered. */
  readonly refused: (code: string) => void;
};

/** One route for each of API_OPERATIONS. */
export function addRoutes(app: FastifyInstance, config: RoutesConfig): void {
  for (const [name, operation] of Object.entries(API_OPERATIONS)) {
    const operationId = name as ApiOperationName;
    const schema = OPERATION_SCHEMAS[operationId];
    app.route({
      method: operation.method,
      url: operation.path,
      schema: documentation(operationId, operation, schema),
      onRequest: async (request, reply) => {
        const refusal = checkAccess(operation, request, config);
        if (refusal) await sendProblem(request, reply, refusal, config.refused);
      },
      handler: (request, reply) => {
        const answer = operation.keyed ? answerKeyed : answerPlain;
        return answer({ config, operationId, schema, request, reply });
      },
    });
  }
}

/** Answers with a problem document. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  rejection: Rejection,
  refused: (code: string) => void,
): FastifyReply {
  const path = request.url.split('?')[0] ?? '';
  const asking = { headers: request.headers, path, traceId: request.id };
  refused(rejection.code);
  return reply
    .code(rejectionRow(rejection.code).status)
    .headers(headersFor(rejection))
    .send(Buffer.from(JSON.stringify(problemFor(rejection, asking))));
}

const jsonType = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i;

/**
 * Rejects, in this order: credentials-missing, unsupported-media-type, unsupported-encoding,
 * idempotency-key-….
 */
export function checkAccess(
  { access, method, keyed }: Omit<ApiOperation, 'path'>,
  { headers }: FastifyRequest,
  { people }: Pick<RoutesConfig, 'people'>,
): Rejection | undefined {
  const isKnown = personOf(people, headers.authorization) !== undefined;
  if (access === 'person' && !isKnown) return { code: 'credentials-missing' };
  if (method === 'GET') return undefined;
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  if (!jsonType.test(type)) return { code: 'unsupported-media-type' };
  if (encoding.toLowerCase() !== 'identity') return { code: 'unsupported-encoding' };
  return keyed ? checkKey(headers['idempotency-key']) : undefined;
}

type Exchange = {
  readonly config: RoutesConfig;
  readonly operationId: ApiOperationName;
  readonly schema: OperationSchema;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
};

async function answerPlain(exchange: Exchange): Promise<FastifyReply> {
  const { config, operationId, request, reply } = exchange;
  const result: Result<unknown> = await config.issuer.call(operationId, callOf(exchange));
  if (!result.ok) return sendProblem(request, reply, result.rejection, config.refused);
  return sendJson(reply, 200, JSON.stringify(result.value));
}

async function answerKeyed(exchange: Exchange): Promise<FastifyReply> {
  const { config, operationId, schema, request, reply } = exchange;
  const body = bodyOf(request);
  if (!body.ok) return sendProblem(request, reply, body.rejection, config.refused);
  const { person, ...call } = callOf(exchange);
  const admission = config.answers.admit({
    key: request.headers['idempotency-key'] as string,
    method: request.method,
    path: request.url,
    person,
    body: body.value.raw,
  });
  if (admission.kind === 'refused') {
    return sendProblem(request, reply, admission.rejection, config.refused);
  }
  if (admission.kind === 'replay') {
    return sendStored(exchange, admission.answer);
  }
  try {
    const asked = { ...call, person, body: body.value.parsed };
    const result: Result<unknown> = await config.issuer.call(operationId, asked);
    const stored = storedOf(result, schema);
    if (stored) admission.keep(stored, config.clock.now());
    if (!result.ok) return sendProblem(request, reply, result.rejection, config.refused);
    return sendJson(reply, schema.status ?? 200, JSON.stringify(result.value));
  } finally {
    admission.end();
  }
}

/**
 * What was done, or refused for good, is answered alike for ever; any other "no" may be another
 * answer next time.
 */
function storedOf(result: Result<unknown>, schema: OperationSchema) {
  if (result.ok) return { status: schema.status ?? 200, body: JSON.stringify(result.value) };
  const { status, retry } = rejectionRow(result.rejection.code);
  return retry === 'new-id' ? { status, body: JSON.stringify(result.rejection) } : undefined;
}

function sendStored(
  { config, request, reply }: Exchange,
  answer: { readonly status: number; readonly body: string },
): FastifyReply {
  reply.header('idempotent-replayed', 'true');
  if (answer.status < 300) return sendJson(reply, answer.status, answer.body);
  return sendProblem(request, reply, JSON.parse(answer.body) as Rejection, config.refused);
}

/** Answers with JSON that nobody keeps. */
export const sendJson = (reply: FastifyReply, status: number, body: string): FastifyReply =>
  reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(body);

function callOf({ config, request }: Exchange): Call {
  const [parameter] = Object.values(request.params as Record<string, string>);
  return {
    ...(parameter !== undefined && { parameter }),
    query: request.query as Record<string, unknown>,
    person: personOf(config.people, request.headers.authorization) ?? '',
  };
}

/** A POST takes no query. Rejects: parameter-unknown, malformed-empty, malformed-json. */
export function bodyOf(request: FastifyRequest): Result<{ raw: Uint8Array; parsed: unknown }> {
  const [name] = Object.keys(request.query as object);
  if (name !== undefined) return reject('parameter-unknown', name.slice(0, 40));
  const raw = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
  const parsed = parseJson(raw);
  return parsed.ok ? accept({ raw, parsed: parsed.value }) : parsed;
}

function documentation(
  operationId: ApiOperationName,
  { access, keyed, path }: ApiOperation,
  schema: OperationSchema,
) {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  const params = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  const key = { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' };
  return {
    operationId,
    summary: schema.summary,
    security: access === 'person' ? [{ operator: [] }] : [],
    ...(names.length > 0 && { params: { type: 'object', properties: params, required: names } }),
    ...(schema.query && { querystring: schema.query }),
    ...(schema.body && { body: schema.body }),
    ...(keyed && {
      headers: {
        type: 'object',
        properties: { 'Idempotency-Key': key },
        required: ['Idempotency-Key'],
      },
    }),
    response: {
      [schema.status ?? 200]: { description: 'Done', ...schema.answer },
      default: {
        description: 'A problem (RFC 9457); `code` says which',
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    },
  };
}

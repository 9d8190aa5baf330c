import swagger from '@fastify/swagger';
import type { Ledger } from '@coinbox/ledger';
import { API_OPERATIONS, MESSAGE_PATH, rejectionRow } from '@coinbox/protocol';
import type { Rejection } from '@coinbox/protocol';
import Fastify from 'fastify';
import type { FastifyError, FastifyInstance } from 'fastify';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import manifest from '../package.json' with { type: 'json' };
import { addConsoleFiles } from './console-files.ts';
import type { ConsoleFilesConfig } from './console-files.ts';
import { MAX_BODY_BYTES, createDoor, pathOf } from './door.ts';
import type { DoorEvents } from './door.ts';
import { addEnrolmentRoutes } from './enrolment-routes.ts';
import type { EnrolmentRoutesConfig } from './enrolment-routes.ts';
import { addEventStream } from './event-routes.ts';
import type { EventRoutesConfig } from './event-routes.ts';
import { addLogFiles } from './log-files.ts';
import type { LogFilesConfig } from './log-files.ts';
import type { Metrics } from './metrics.ts';
import { PROBLEM_MEDIA_TYPE, problemFor, rejectionOfFailure, traceIdOf } from './problems.ts';
import { addRoutes, sendProblem } from './routes.ts';
import type { RoutesConfig } from './routes.ts';
import { addRunRoutes } from './run-routes.ts';
import { SCHEMAS } from './schemas.ts';
import { addWebhookRoutes } from './webhook-routes.ts';
import type { WebhookRoutesConfig } from './webhook-routes.ts';
import type { Issuer } from '../issuer.ts';

export type AppConfig = RoutesConfig &
  LogFilesConfig &
  ConsoleFilesConfig &
  EnrolmentRoutesConfig &
  EventRoutesConfig &
  WebhookRoutesConfig & {
    readonly issuer: Pick<Issuer, 'call' | 'submit' | 'submitRun'> & {
      readonly ledger: Pick<Ledger, 'head'>;
    };
    readonly metrics: Metrics;
    /** May it take requests? */
    readonly isSound: () => boolean;
    readonly failed: (failure: unknown, traceId: string) => void;
  };

/**
 * Limits against slow and oversized requests (Node's own are minutes, and are looked at every 30
 * s).
 */
const serverLimits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 8_192,
};
const MOST_HEADERS = 64;

/** The HTTP server: the door for signed messages on bare node:http, all else by Fastify. */
export async function createApp(config: AppConfig): Promise<FastifyInstance> {
  const door = createDoor(config.issuer, doorEvents(config));
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    genReqId: (request) => traceIdOf(request.headers),
    forceCloseConnections: 'idle',
    clientErrorHandler: answerBrokenRequest,
    serverFactory: (fastify): Server => {
      const server = createServer(serverLimits, (request, response) =>
        pathOf(request) === MESSAGE_PATH
          ? void door(request, response)
          : void fastify(request, response),
      );
      server.maxHeadersCount = MOST_HEADERS;
      return server;
    },
    frameworkErrors: (_error, request, reply) =>
      void sendProblem(request, reply, { code: 'not-found' }, config.refused),
  });
  takeBodiesAsTheyAre(app);
  answerErrors(app, config);
  await documentApi(app);
  addRoutes(app, config);
  addLogFiles(app, config);
  addConsoleFiles(app, config);
  addEnrolmentRoutes(app, config);
  addEventStream(app, config);
  addWebhookRoutes(app, config);
  addRunRoutes(app, config);
  addHealth(app, config);
  await app.ready();
  return app;
}

const doorEvents = ({ metrics, failed }: AppConfig): DoorEvents => ({
  answered(status, code, duration) {
    metrics.answered('messages', status);
    metrics.took(duration);
    if (code !== undefined) metrics.refused(code);
  },
  failed,
});

/**
 * Bodies are read by api/json.ts and by the readers of the operations; the schemas are
 * documentation.
 */
function takeBodiesAsTheyAre(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  for (const [name, schema] of Object.entries(SCHEMAS)) app.addSchema({ $id: name, ...schema });
}

/** Fastify's own errors under our codes. */
const codeOfError: Readonly<Record<string, Rejection['code']>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'http-malformed',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-empty',
};

function answerErrors(app: FastifyInstance, { refused, metrics, failed }: AppConfig): void {
  app.addHook('onResponse', async (_, reply) => metrics.answered('api', reply.statusCode));
  app.addHook('onSend', async (_, reply) => {
    reply.header('x-content-type-options', 'nosniff');
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const code = codeOfError[error.code];
    if (!code) failed(error, request.id);
    return sendProblem(request, reply, code ? { code } : rejectionOfFailure(error), refused);
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsOf(request.url.split('?')[0] ?? '');
    if (allowed.length === 0) return sendProblem(request, reply, { code: 'not-found' }, refused);
    reply.header('allow', allowed.join(', '));
    return sendProblem(request, reply, { code: 'method-not-allowed' }, refused);
  });
}

const known = Object.values(API_OPERATIONS).map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/\./g, '\\.').replace(/:\w+/g, '[^/]+')}$`),
}));

function methodsOf(path: string): readonly string[] {
  const own = known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  return [...own, ...(own.includes('GET') ? ['HEAD'] : [])];
}

async function documentApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Coinbox issuer',
        version: manifest.version,
        description:
          'For people and tools. Signed messages go to POST /v1/messages (spec/11-issuer.md).',
      },
      components: {
        securitySchemes: { operator: { type: 'http', scheme: 'bearer' } },
      },
    },
    refResolver: { buildLocalReference: ({ $id }) => $id as string },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async (_, reply) =>
    reply.header('cache-control', 'no-store').send(app.swagger()),
  );
}

function addHealth(app: FastifyInstance, { issuer, metrics, isSound }: AppConfig): void {
  const hidden = { schema: { hide: true } };
  app.get('/livez', hidden, async () => ({ status: 'alive' }));
  app.get('/readyz', hidden, async (_, reply) => {
    const head = isSound() ? await issuer.ledger.head().catch(() => undefined) : undefined;
    return head ? { status: 'ready', index: head.index } : reply.code(503).send({ status: 'down' });
  });
  app.get('/metrics', hidden, async (_, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
}

const TIMED_OUT = 'ERR_HTTP_REQUEST_TIMEOUT';
const HEADER_TOO_LARGE = 'HPE_HEADER_OVERFLOW';

/** What node:http cannot read is answered once and cut off. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const rejection: Rejection = {
    code: error.code === TIMED_OUT ? 'request-timeout' : 'http-malformed',
  };
  const status = error.code === HEADER_TOO_LARGE ? 431 : rejectionRow(rejection.code).status;
  const asking = { headers: {}, path: '', traceId: traceIdOf({}) };
  const body = JSON.stringify({ ...problemFor(rejection, asking), status });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\n` +
      `content-type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

import type { FastifyInstance, FastifyReply } from 'fastify';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sendProblem } from './routes.ts';

export type ConsoleFilesConfig = {
  /** The built pages; without it there are none. */
  readonly consoleFolder?: string | undefined;
  /** Called with the code of every problem that is answered. */
  readonly refused: (code: string) => void;
};

type PageFile = {
  readonly type: string;
  readonly body: Buffer;
  /** Absent where it would save nothing. */
  readonly zipped?: Buffer;
  readonly headers: Readonly<Record<string, string>>;
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** Names with a hash of their content never change; all else is asked for again. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/**
 * What a page may load (CSP level 3): its own files and nothing else. The console speaks to this
 * issuer alone. A payer's page and a machine's display speak to terminals too, wherever they are:
 * over TLS, or on the same machine.
 */
function policyOf(path: string): string {
  const speaksToTerminals = /^(?:pay|face)\//.test(path);
  const connect = speaksToTerminals ? "'self' https: http://127.0.0.1:*" : "'self'";
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${connect}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The pages of the console below /console/, read once: there is no way from a path to the disk. */
export function addConsoleFiles(app: FastifyInstance, config: ConsoleFilesConfig): void {
  const { consoleFolder, refused } = config;
  const files = consoleFolder === undefined ? new Map() : readPages(consoleFolder);
  const hidden = { schema: { hide: true } };
  app.get('/console', hidden, (_, reply) => reply.redirect('/console/', 308));
  app.get('/console/*', hidden, (request, reply) => {
    const path = (request.params as { '*': string })['*'];
    const name = path === '' || path.endsWith('/') ? `${path}index.html` : path;
    const file = files.get(name);
    if (!file) return sendProblem(request, reply, { code: 'not-found' }, refused);
    return sendFile(reply, file, String(request.headers['accept-encoding'] ?? ''));
  });
}

function sendFile(reply: FastifyReply, file: PageFile, encodings: string): FastifyReply {
  reply.headers({ ...file.headers, 'content-type': file.type });
  if (!file.zipped || !/\bgzip\b/.test(encodings)) return reply.send(file.body);
  return reply.header('content-encoding', 'gzip').send(file.zipped);
}

/** Every file below the folder, by its path with `/`. */
export function readPages(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const whole = join(entry.parentPath, entry.name);
    const path = relative(folder, whole).split(sep).join('/');
    const type = types[extname(entry.name)];
    if (type === undefined) continue;
    const body = readFileSync(whole);
    const zipped = gzipSync(body, { level: 9 });
    const headers = {
      'cache-control': path.startsWith('assets/') ? FOR_EVER : ASK_AGAIN,
      'content-security-policy': policyOf(path),
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      vary: 'accept-encoding',
    };
    files.set(path, { type, body, headers, ...(zipped.length < body.length && { zipped }) });
  }
  return files;
}

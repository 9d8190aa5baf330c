import { CHECKPOINT_FILE, parseTilePath } from '@coinbox/log';
import type { FastifyInstance } from 'fastify';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sendProblem } from './routes.ts';

export type LogFilesConfig = {
  /** Where the log publishes. */
  readonly logFolder: string;
  /** Called with the code of every problem that is answered. */
  readonly refused: (code: string) => void;
};

/** A tile is never changed. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const isMissing = (cause: unknown): boolean => (cause as { code?: unknown }).code === 'ENOENT';

/** The transparency log as files below /log, for anybody: c2sp.org/tlog-tiles. */
export function addLogFiles(app: FastifyInstance, { logFolder, refused }: LogFilesConfig): void {
  const read = async (path: string): Promise<Buffer | undefined> => {
    try {
      return await readFile(join(logFolder, path));
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      throw cause;
    }
  };
  app.get('/log/*', { schema: { hide: true } }, async (request, reply) => {
    const path = (request.params as { '*': string })['*'];
    const isCheckpoint = path === CHECKPOINT_FILE;
    // Nothing but the one way to write a tile's name gets as far as the disk.
    const found = isCheckpoint || parseTilePath(path) ? await read(path) : undefined;
    if (!found) return sendProblem(request, reply, { code: 'not-found' }, refused);
    return reply
      .header(
        'content-type',
        isCheckpoint ? 'text/plain; charset=utf-8' : 'application/octet-stream',
      )
      .header('cache-control', isCheckpoint ? 'no-cache' : FOR_EVER)
      .send(found);
  });
}

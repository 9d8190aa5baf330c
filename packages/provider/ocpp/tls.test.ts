import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { createChargePoint } from './testing/charge-point.ts';
import { PASSWORD, openOcppSite } from './testing/site.ts';

/** A key and a certificate for 127.0.0.1; `undefined` where there is no openssl. */
function selfSigned(): { key: string; cert: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  try {
    const order = ['req', '-x509', ...curve, '-days', '2', ...name, '-keyout', key, '-out', cert];
    execFileSync('openssl', order, { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('security profile 2: TLS and a password, for who trusts the certificate', async (t) => {
  const tls = selfSigned();
  if (!tls) return t.skip('skipped: no openssl to make a certificate with');
  const site = await openOcppSite(t, ['CP1'], { tls });
  const { url } = site;
  assert.match(url, /^wss:/);
  const options = { url, identity: 'CP1', password: PASSWORD, version: '2.0.1' } as const;
  await assert.rejects(createChargePoint(options).connect(), /self-signed|self signed/);
  const point = createChargePoint({ ...options, ca: tls.cert });
  await point.connect();
  t.after(() => point.disconnect());
  await point.boot();
  assert.equal(site.server.isConnected('CP1'), true);
});

it('a plain word on the TLS port gets no answer of ours', async (t) => {
  const tls = selfSigned();
  if (!tls) return t.skip('skipped: no openssl to make a certificate with');
  const site = await openOcppSite(t, ['CP1'], { tls });
  const socket = connect(Number(new URL(site.url).port), '127.0.0.1');
  socket.write('GET /CP1 HTTP/1.1\r\nHost: x\r\n\r\n');
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (bytes) => (text += String(bytes)));
    socket.on('close', () => resolve(text));
    socket.on('error', () => undefined);
  });
  assert.doesNotMatch(answer, /200|101/);
});

import { toHex } from '@coinbox/protocol';
import type { OpenedMessage } from './opened.ts';
import { t } from './words.ts';

/** A signed message, opened: who signed it, what it says, its bytes. */
export function MessageView({ name, message }: { name: string; message: OpenedMessage }) {
  const { typ, keyId, algorithm, signer, wrong, fields, bytes } = message;
  return (
    <details class="message">
      <summary>
        <strong>{name}</strong> <span class="id">{typ}</span>{' '}
        <span class={wrong === undefined ? 'good' : 'bad'}>
          {wrong === undefined ? `✓ ${t('valid')}` : `✗ ${t('invalid', { code: wrong })}`}
        </span>
      </summary>
      <p class="quiet">{t('checkedHere')}</p>
      <h3>{t('signer')}</h3>
      <p class="id">
        {signer && `${signer.role} ${signer.wallet} · `}
        {`${algorithm} ${keyId}`}
      </p>
      <h3>{t('fields')}</h3>
      <dl class="facts">
        {fields.map(([field, value]) => (
          <div key={field} class="field-row">
            <dt>{field}</dt>
            <dd class="id">{value}</dd>
          </div>
        ))}
      </dl>
      <h3>{`${t('raw')} (${bytes.length})`}</h3>
      <pre>{toHex(bytes)}</pre>
    </details>
  );
}

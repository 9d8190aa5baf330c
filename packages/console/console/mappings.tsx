import { useSignal } from '@preact/signals';
import { idFromBytes } from '@coinbox/protocol';
import type { Page, ProposalJson } from '@coinbox/protocol';
import { time } from '../shared/speech.ts';
import { Refusal, change, queryOf, read, token } from './api.ts';
import { Loader, changes } from './loader.tsx';
import { hrefTo, route } from './route.ts';
import { t } from './words.ts';

const states = {
  open: 'stateOpen',
  approved: 'stateApproved',
  expired: 'stateExpired',
  stale: 'stateStale',
} as const;

/** Proposals, and the two halves of a change: one person proposes, another approves. */
export function Mappings() {
  const cursor = route.value.words.get('cursor') ?? '';
  const path = `/v1/mapping-proposals${queryOf({ limit: 100, cursor })}`;
  return (
    <>
      <h1>{t('mappings')}</h1>
      <p>{t('proposeLead')}</p>
      <Propose />
      <Loader of={path} load={() => read<Page<ProposalJson>>(path)}>
        {({ items, next }) => (
          <>
            <Proposals items={items.toReversed()} />
            {next && <a href={hrefTo('mappings', '', { cursor: next })}>{t('next')}</a>}
          </>
        )}
      </Loader>
    </>
  );
}

/** A new id of a proposal: 48 bits of time, 80 random ones (spec/03). */
function newProposal(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let at = Date.now();
  for (let place = 5; place >= 0; place--) {
    bytes[place] = at % 256;
    at = Math.floor(at / 256);
  }
  return idFromBytes('proposal', bytes);
}

function Propose() {
  const said = useSignal<{ readonly isGood: boolean; readonly text: string } | undefined>(
    undefined,
  );
  const propose = async (form: FormData): Promise<void> => {
    const word = (name: string): string => String(form.get(name)).trim();
    const [terminal, provider] = [word('terminal'), word('provider')];
    const proposal = newProposal();
    const { versions } = await read<{ versions: readonly { version: number }[] }>(
      `/v1/terminals/${encodeURIComponent(terminal)}/mapping`,
    );
    const replaces = versions.at(-1)?.version ?? 0;
    const body = { proposal, terminal, provider, replaces };
    await change('/v1/mapping-proposals', body, proposal);
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    propose(new FormData(form)).then(
      () => {
        said.value = { isGood: true, text: t('done') };
        form.reset();
        changes.value++;
      },
      (cause: unknown) => (said.value = { isGood: false, text: failureText(cause) }),
    );
  };
  return (
    <form class="filters" onSubmit={submit} aria-label={t('propose')}>
      <label>
        {t('terminal')}
        <input name="terminal" required autocomplete="off" spellcheck={false} />
      </label>
      <label>
        {t('provider')}
        <input name="provider" required autocomplete="off" spellcheck={false} />
      </label>
      <button class="main">{t('proposeNow')}</button>
      <span role="status" class={said.value?.isGood ? 'good' : 'bad'}>
        {said.value?.text}
      </span>
    </form>
  );
}

const failureText = (cause: unknown): string =>
  t('failed', { text: cause instanceof Refusal ? cause.message : String(cause) });

function Proposals({ items }: { items: readonly ProposalJson[] }) {
  if (items.length === 0) return <p class="quiet">{t('nothing')}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t('mappings')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('terminal')}</th>
            <th scope="col">{t('provider')}</th>
            <th scope="col">{t('replaces')}</th>
            <th scope="col">{t('proposedBy')}</th>
            <th scope="col">{t('state')}</th>
            <th scope="col">{t('approvedBy')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.proposal}>
              <td class="id">
                <a href={hrefTo('terminal', one.terminal)}>{one.terminal}</a>
              </td>
              <td class="id">{one.provider}</td>
              <td>{one.replaces}</td>
              <td>{one.proposed_by}</td>
              <td>
                {t(states[one.state])}
                {one.state === 'open' && ` · ${t('expires')} ${time(one.expires_at)}`}
              </td>
              <td>
                {one.state === 'open' ? <Approve proposal={one.proposal} /> : one.approved_by}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The second person shows a token of their own for this one act; it is not kept. */
function Approve({ proposal }: { proposal: string }) {
  const said = useSignal('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget as HTMLFormElement).get('token')).trim();
    const own = token.value;
    const path = `/v1/mapping-proposals/${encodeURIComponent(proposal)}/approve`;
    change(path, {}, `approve-${proposal}`, typed || own).then(
      () => changes.value++,
      (cause: unknown) => (said.value = failureText(cause)),
    );
  };
  return (
    <form class="row" onSubmit={submit}>
      <label>
        {t('secondToken')}
        <input name="token" type="password" autocomplete="off" />
      </label>
      <button>{t('approve')}</button>
      <span role="alert" class="bad">
        {said.value}
      </span>
    </form>
  );
}

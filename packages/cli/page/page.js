// The status page of the demo: asks for the state every second and shows it. No framework, nothing from outside.
const state = document.querySelector('#state');
const stale = document.querySelector('#stale');
const texts = JSON.parse(document.querySelector('#texts').textContent);

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

const currency = new Intl.NumberFormat(document.documentElement.lang, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 4,
});

/** A decimal string, never a float, in the manner of the language. */
const money = (decimal, unit) => `${currency.format(decimal)} ${unit}`;

const flow = (found) => {
  const list = element('ul', 'flow');
  for (const name of ['payers', 'holding', 'settlement', 'providers']) {
    const item = element('li');
    item.append(element('span', '', texts[name]));
    item.append(element('span', 'amount', money(found[name], found.currency)));
    list.append(item);
  }
  return list;
};

const facts = (found) => {
  const right = /^-?0(\.0*)?$/.test(found.difference);
  const lines = element('p');
  const parts = [
    `${texts.issued}: ${money(found.outstanding, found.currency)}`,
    `${texts.payments}: ${found.payments}`,
    `${texts.settlements}: ${found.settlements}`,
    `${texts.refunds}: ${found.refunds}`,
  ];
  lines.append(parts.join(' · '), ' · ');
  const word = right ? texts.right : texts.wrong;
  const sum = `${texts.difference}: ${money(found.difference, found.currency)}`;
  lines.append(element('strong', right ? 'good' : 'bad', `${sum} (${word})`));
  return lines;
};

const terminals = (found) => {
  const table = element('table');
  const head = table.createTHead().insertRow();
  for (const name of ['terminal', 'open', 'held', 'transit', 'link']) {
    head.append(element('th', name === 'terminal' || name === 'link' ? '' : 'number', texts[name]));
  }
  for (const one of found.terminals) {
    const row = table.insertRow();
    row.append(element('td', '', one.terminal));
    row.append(element('td', 'number', String(one.openSessions)));
    row.append(element('td', 'number', money(one.holding, found.currency)));
    row.append(element('td', 'number', money(one.inSettlement, found.currency)));
    row.append(
      element('td', one.linkConnected ? '' : 'bad', texts[one.linkConnected ? 'up' : 'down']),
    );
  }
  const scroll = element('div', 'scroll');
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', texts.terminals);
  scroll.append(table);
  return scroll;
};

const show = (found) => {
  const lead = element('p', '', `${texts.lead} ${found.as_of_index}`);
  const title = element('h2', '', `${texts.terminals} (${found.terminals.length})`);
  state.replaceChildren(lead, flow(found), facts(found), title, terminals(found));
};

const turn = async () => {
  try {
    const answer = await fetch('/state.json', { cache: 'no-store' });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
  setTimeout(turn, 1000);
};

void turn();

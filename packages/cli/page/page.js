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

/** A text with its placeholders filled in. */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** A decimal string, never a float, in the manner of the language. It keeps its decimals. */
const money = (decimal, unit) => {
  const places = decimal.split('.')[1]?.length ?? 0;
  const format = { minimumFractionDigits: places, maximumFractionDigits: places };
  return `${new Intl.NumberFormat(document.documentElement.lang, format).format(decimal)} ${unit}`;
};

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
  const values = {
    issued: money(found.outstanding, found.currency),
    payments: found.payments,
    settlements: found.settlements,
    refunds: found.refunds,
  };
  const list = element('ul', 'facts');
  for (const [name, value] of Object.entries(values)) {
    list.append(element('li', '', fill(texts.fact, { name: texts[name], value })));
  }
  return list;
};

const verdict = (found) => {
  const right = /^-?0(\.0*)?$/.test(found.difference);
  const value = money(found.difference, found.currency);
  const line = element('p', right ? 'good' : 'bad');
  line.append(element('strong', '', texts[right ? 'right' : 'wrong']));
  line.append(' ', fill(texts.fact, { name: texts.difference, value }));
  return line;
};

const terminals = (found) => {
  const table = element('table');
  const head = table.createTHead().insertRow();
  for (const name of ['terminal', 'open', 'held', 'transit', 'link']) {
    const cell = element('th', name === 'terminal' || name === 'link' ? '' : 'number', texts[name]);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  for (const one of found.terminals) {
    const row = body.insertRow();
    row.append(element('td', 'id', one.terminal));
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
  scroll.setAttribute('aria-labelledby', 'terminals');
  scroll.append(table);
  return scroll;
};

const show = (found) => {
  const lead = element('p', '', fill(texts.lead, { index: found.as_of_index }));
  const title = element('h2', '', fill(texts.terminals, { number: found.terminals.length }));
  title.id = 'terminals';
  const seen = state.querySelector('.scroll');
  const [left, hadFocus] = [
    seen?.scrollLeft ?? 0,
    seen !== null && seen === document.activeElement,
  ];
  const table = terminals(found);
  state.replaceChildren(lead, flow(found), facts(found), verdict(found), title, table);
  table.scrollLeft = left;
  if (hadFocus) table.focus({ preventScroll: true });
};

/** What is shown now: the page is left alone, with what is marked in it, until something changes. */
let shown = '';

const turn = async () => {
  try {
    const answer = await fetch('/state.json', { cache: 'no-store' });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    if (text !== shown) show(JSON.parse(text));
    shown = text;
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
  setTimeout(turn, 1000);
};

void turn();

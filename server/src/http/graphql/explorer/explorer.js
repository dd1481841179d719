// The API explorer. Everything is put into the page as text, never as HTML.
const endpoint = document.body.dataset.endpoint;
const at = (id) => document.getElementById(id);
const KEPT = 'farthing-explorer';

const examples = [
  ['Look around', `{
  vendor { name tokenName tokenPrice currency feeBasisPoints welcomeTokens }
  categories { name children { name } }
}`, {}],
  ['Search', `query Search($query: String!) {
  search(query: $query, first: 10) {
    totalCount
    didYouMean
    edges { cursor node { id title price quantity seller { handle } } }
    pageInfo { hasNextPage endCursor }
    facets { kinds { kind count } tags { tag count } }
    priceHistogram { lowest highest buckets { from to count } }
  }
}`, { query: 'wool' }],
  ['Newest listings', `{
  newestListings(first: 5) { id title kind price cover { url(width: 320) } }
}`, {}],
  ['Open an account', `mutation {
  openAccount(input: {}) {
    user { handle wallet { balance promo } }
    accountKey
    sessionToken
    userErrors { code message field }
  }
}`, {}],
  ['My wallet', `{
  me {
    handle
    wallet {
      balance spendable earned promo debt
      transfers(first: 10) { edges { node { at kind direction amount balanceAfter } } }
    }
  }
}`, {}],
  ['Put into the cart', `mutation Add($input: AddToCartInput!) {
  addToCart(input: $input) {
    cart { total shortfall balanceAfter lines { id quantity price listing { title } } }
    userErrors { code message field }
  }
}`, { input: { listingId: '', quantity: 1 } }],
  ['Buy', `mutation Buy($input: BuyInput!) {
  buy(input: $input) {
    order { id state total fee seller { handle } }
    userErrors {
      code message field
      ... on InsufficientTokens { shortfall balance }
      ... on PriceChanged { now }
      ... on OutOfStock { left }
    }
  }
}`, { input: { listingId: '', quantity: 1, expectedPrice: '1', idempotencyKey: '' } }],
  ['Give tokens', `mutation Give($input: GiveTokensInput!) {
  giveTokens(input: $input) {
    gift { id amount recipient { handle } }
    userErrors { code message field }
  }
}`, { input: { to: '', amount: '1', message: '', idempotencyKey: '' } }],
];

const SCHEMA = `{
  __schema {
    queryType { name }
    mutationType { name }
    types {
      kind name description
      fields { name description type { ...T } args { name description defaultValue type { ...T } } }
      inputFields { name description defaultValue type { ...T } }
      enumValues { name description }
      possibleTypes { name }
    }
  }
}
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

async function ask(query, variables) {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json;q=0.9' };
  const token = at('token').value.trim();
  if (token) headers.authorization = `Bearer ${token}`;
  const began = performance.now();
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const text = await response.text();
  const millis = Math.round(performance.now() - began);
  let body = text;
  try { body = JSON.parse(text); } catch { /* it is shown as it came */ }
  return { status: response.status, body, millis };
}

function tell(text, isBad) {
  at('status').textContent = text;
  at('status').dataset.tone = isBad ? 'bad' : '';
}

async function run() {
  let variables = {};
  try {
    variables = JSON.parse(at('variables').value.trim() || '{}');
  } catch (error) {
    tell(`The variables are not JSON: ${error.message}`, true);
    at('variables').focus();
    return;
  }
  keep();
  tell('Asking …', false);
  at('run').disabled = true;
  try {
    const { status, body, millis } = await ask(at('query').value, variables);
    const failed = status !== 200 || Boolean(body.errors);
    const cost = body.extensions?.cost;
    tell(`Status ${status}, ${millis} ms${cost === undefined ? '' : `, cost ${cost}`}${failed ? ': with errors' : ''}`, failed);
    at('result').textContent = typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  } catch (error) {
    tell(`The server could not be reached: ${error.message}`, true);
  } finally {
    at('run').disabled = false;
  }
}

function keep() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([at('query').value, at('variables').value]));
  } catch { /* then it is not kept */ }
}

function show(query, variables) {
  at('query').value = query;
  at('variables').value = variables;
}

function fill() {
  examples.forEach(([name], index) => at('example').append(new Option(name, String(index))));
  at('example').addEventListener('change', () => {
    const [, query, variables] = examples[Number(at('example').value)];
    // A fresh key for each attempt, so that nothing is bought twice by chance.
    const filled = structuredClone(variables);
    if (filled.input?.idempotencyKey === '') filled.input.idempotencyKey = crypto.randomUUID?.() ?? String(Date.now());
    show(query, JSON.stringify(filled, null, 2));
  });
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch { /* nothing was kept */ }
  if (Array.isArray(kept)) show(kept[0], kept[1]);
  else {
    show(examples[0][1], '{}');
    run();
  }
}

// The schema, as a book to leaf through.
const types = new Map();
let roots = [];

const element = (name, attributes, ...children) => {
  const made = document.createElement(name);
  Object.assign(made, attributes);
  made.append(...children.filter((child) => child !== null));
  return made;
};

const named = (type) => (type.name === null && type.ofType ? named(type.ofType) : type.name);
const spelled = (type) => {
  if (type.kind === 'NON_NULL') return `${spelled(type.ofType)}!`;
  if (type.kind === 'LIST') return `[${spelled(type.ofType)}]`;
  return type.name;
};

// What stands between backticks is code.
const prose = (text) => (text ?? '').split('`').map((part, index) => (index % 2 ? element('code', { textContent: part }) : part));

const link = (text, name) => element('button', { type: 'button', className: 'explorer-link', textContent: text, onclick: () => open(name) });
const typed = (type) => (types.has(named(type)) ? link(spelled(type), named(type)) : spelled(type));

function entry(field) {
  const args = (field.args ?? []).map((arg) => entry(arg));
  const initial = field.defaultValue ? ` = ${field.defaultValue}` : '';
  return element('div', {},
    element('dt', {}, field.name, field.type ? ': ' : '', field.type ? typed(field.type) : '', initial),
    element('dd', {}, ...prose(field.description), args.length ? element('dl', { className: 'explorer-args' }, ...args) : null));
}

function open(name) {
  const type = types.get(name);
  const lines = type.fields ?? type.inputFields ?? type.enumValues ?? [];
  const possible = (type.possibleTypes ?? []).flatMap((one) => [link(one.name, one.name), ' ']);
  at('path').replaceChildren(...roots.map((root) => link(root, root)));
  at('docs').replaceChildren(
    element('h2', { textContent: name, tabIndex: -1 }),
    element('p', {}, ...prose(type.description)),
    possible.length ? element('p', {}, 'One of: ', ...possible) : '',
    element('dl', {}, ...lines.map((line) => entry(line))));
}

function find(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return open(roots[0]);
  const found = [];
  for (const type of types.values()) {
    if (type.name.toLowerCase().includes(wanted)) found.push(element('div', {}, element('dt', {}, link(type.name, type.name)), element('dd', {}, ...prose(type.description))));
    for (const field of type.fields ?? type.inputFields ?? []) {
      if (field.name.toLowerCase().includes(wanted)) found.push(element('div', {}, element('dt', {}, link(`${type.name}.${field.name}`, type.name)), element('dd', {}, ...prose(field.description))));
    }
  }
  const list = element('dl', {}, ...found.slice(0, 60));
  at('docs').replaceChildren(element('p', { className: 'quiet', textContent: found.length ? `${found.length} found` : 'Nothing is called so.' }), list);
}

async function load() {
  try {
    const { body } = await ask(SCHEMA, {});
    const { __schema: schema } = body.data;
    schema.types.filter((type) => !type.name.startsWith('__')).forEach((type) => types.set(type.name, type));
    roots = [schema.queryType.name, schema.mutationType.name];
    at('find').addEventListener('input', () => find(at('find').value));
    open(roots[0]);
  } catch {
    at('docs').textContent = 'The schema could not be loaded. Reload the page to try again.';
  }
}

at('run').addEventListener('click', run);
for (const id of ['query', 'variables']) {
  at(id).addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    }
  });
}
fill();
load();

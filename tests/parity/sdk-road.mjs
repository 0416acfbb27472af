// Every method of the official SDK on the main road: prints one JSON object, a step to a key.
import { api, asked, deployments, drafts, refused, step, steps, until } from './sdk-client.mjs';

const draft = {
  key: asked.key,
  name: 'Greeting',
  integrationTypes: ['email', 'other'],
  creator: { email: 'ada@example.org', company: 'Example' },
  repository: { url: asked.repository, tag: asked.tag },
  supportedRegions: [asked.region],
};
const project = `${asked.region}:${asked.project}`;
const elsewhere = `${asked.region}:elsewhere`;
const unknown = '00000000-0000-4000-8000-000000000000';

// Every action that edits, in one request; each is one of the SDK's types.
const edits = [
  { action: 'setName', name: 'Salutation' },
  { action: 'setDescription', description: 'Greets people' },
  { action: 'setIntegrationTypes', integrationTypes: ['crm', 'email'] },
  { action: 'setSupportedRegions', regions: [asked.region, 'us-central1.gcp'] },
  { action: 'setDocumentationUrl', documentationUrl: 'https://example.org/docs' },
  { action: 'setCreatorName', creatorName: 'Ada' },
  { action: 'setCreatorTitle', creatorTitle: 'Countess' },
  { action: 'setCreatorEmail', creatorEmail: 'lovelace@example.org' },
  { action: 'setCreatorCompany', creatorCompany: 'Analytical Engines' },
  { action: 'setCreatorLogo', logoUrl: 'https://example.org/logo.png' },
  { action: 'setCreatorNoOfContributors', creatorNoOfContributors: 2 },
  { action: 'setCreatorSupportUrl', creatorSupportUrl: 'https://example.org/help' },
  { action: 'setRepository', url: asked.repository, tag: asked.tag },
  { action: 'addPrivateProject', privateProject: elsewhere },
  { action: 'removePrivateProject', privateProject: elsewhere },
  { action: 'addCertificationComment', comment: 'Hello' },
];

async function update(name, staged, ...actions) {
  const body = { version: staged.version, actions };
  return step(name, drafts.withId({ ID: staged.id }).post({ body }));
}

async function stage() {
  const one = drafts.withKey({ key: asked.key });
  let staged = await step('create', drafts.post({ body: draft }));
  await refused('create again', drafts.post({ body: draft }));
  await step('read by key', one.get());
  await step('list', drafts.get({ queryArgs: {
    limit: 1, offset: 0, isPrivate: true, sort: ['createdAt desc', 'name asc'],
    integrationTypes: ['email', 'tax'],
  } }));
  staged = await update('update', staged, { action: 'addPrivateProject', privateProject: project });
  await refused('update a stale version', one.post({
    body: { version: 1, actions: [{ action: 'setName', name: 'Late' }] },
  }));
  await refused('unlist', one.post({
    body: { version: staged.version, actions: [{ action: 'unlist' }] },
  }));
  return step('edit by key', one.post({ body: { version: staged.version, actions: edits } }));
}

async function publish(staged) {
  const one = drafts.withId({ ID: staged.id });
  await update('request preview', staged, { action: 'updatePreviewable' });
  staged = await until('preview', (patient) => one.get(patient),
    ({ isPreviewable }) => isPreviewable !== 'pending');
  await preview();
  await update('request publish', staged, { action: 'publish', certification: false });
  await until('publish', (patient) => one.get(patient), ({ status }) => status !== 'Processing');
  await step('read connector', api.connectors().withKey({ key: asked.key }).get());
  await step('search', api.connectors().search().get({ queryArgs: {
    text: 'salut greets', limit: 5, offset: 0, sort: ['name asc', 'createdAt desc'], private: true,
    'creator.company': 'analytical engines', id: [staged.id, unknown], key: [asked.key, 'unknown'],
    integrationTypes: ['tax', 'crm'],
  } }));
  return step('read connector by id', api.connectors().withId({ ID: staged.id }).get());
}

const configurations = [{ applicationName: 'greeting',
  standardConfiguration: [{ key: 'GREETING', value: 'Moin' }],
  securedConfiguration: [{ key: 'SIGNING_KEY', value: asked.secret }] }];

async function preview() {
  const key = `${asked.key}-preview`;
  await step('deploy preview', deployments.post({ body: {
    key, connector: { key: asked.key, version: 1, staged: true }, region: asked.region,
    configurations,
  } }));
  await step('read deployment by key', deployments.withKey({ key }).get());
  await step('undeploy by key', deployments.withKey({ key }).delete());
}

async function deploy(connector) {
  const made = await step('deploy', deployments.post({ body: {
    key: asked.key, connector: { id: connector.id, version: connector.version, staged: false },
    region: asked.region, configurations,
  } }));
  const deployed = await settled('deployed', made);
  await step('list deployments', deployments.get({ queryArgs: {
    deploymentType: 'sandbox', limit: 5, offset: 0, sort: ['createdAt desc', 'key asc'],
    integrationTypes: ['crm', 'psp'],
  } }));
  return deployed;
}

const settled = (name, { id }) => until(name,
  (patient) => deployments.withId({ ID: id }).get(patient), ({ status }) => status !== 'Deploying');

async function redeploy(deployment) {
  const values = [{ key: 'GREETING', value: 'Servus' }];
  await step('redeploy by id', deployments.withId({ ID: deployment.id }).post({ body: {
    version: deployment.version, actions: [{ action: 'redeploy', skipScripts: true,
      configurationValues: [{ applicationName: 'greeting', standardConfiguration: values,
        securedConfiguration: [] }] }],
  } }));
  deployment = await settled('redeployed', deployment);
  await step('redeploy by key', deployments.withKey({ key: asked.key }).post({ body: {
    version: deployment.version, actions: [{ action: 'redeploy', updateConnector: true }],
  } }));
  return settled('redeployed again', deployment);
}

// Each request is logged by the gateway and by the application: three pages of a hundred lines.
const REQUESTS = 110;

async function readLogs({ id, applications: [{ url }] }) {
  const greet = () => fetch(url).then((answer) => answer.text());
  await Promise.all(Array.from({ length: REQUESTS }, greet));
  const until = Date.now() + 10e3;
  let pages;
  do pages = await readPages(id); // they are written in batches: they may be a moment behind
  while (!complete(pages) && Date.now() < until);
}

function complete([first, second, third]) {
  return first.next && second.next && third.data.length >= 2 * REQUESTS - 200;
}

// The dates in both of their forms.
async function readPages(id) {
  const [start, end] = [-3600e3, 3600e3].map((off) => new Date(Date.now() + off).toISOString());
  const page = (name, one, startDate, endDate, pageToken) => step(name, one.logs().get({
    queryArgs: { applicationName: 'greeting', startDate, endDate, pageToken },
  }));
  const [byId, byKey] = [deployments.withId({ ID: id }), deployments.withKey({ key: asked.key })];
  const first = await page('logs', byKey, start, end);
  const second = await page('logs, page 2', byId, start.slice(0, 19), end.slice(0, 19), first.next);
  return [first, second, await page('logs, page 3', byKey, start, end, second.next)];
}

async function undeploy(made) {
  await step('undeploy', deployments.withId({ ID: made.id }).delete());
  const until = Date.now() + 30e3;
  do {
    await refused('gone', deployments.withKey({ key: asked.key }).get());
  } while (steps.gone.statusCode === 200 && Date.now() < until);
}

const deployment = await redeploy(await deploy(await publish(await stage())));
await readLogs(deployment);
await undeploy(deployment);
process.stdout.write(JSON.stringify(steps));

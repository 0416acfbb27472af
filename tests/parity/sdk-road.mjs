// The main road through the official SDK: prints one JSON object, a step to a key.
import { ClientBuilder } from '@commercetools/ts-client';
import { createApiClient } from '@commercetools-connect/sdk';

const asked = JSON.parse(process.env.ROAD);
const client = new ClientBuilder()
  .withClientCredentialsFlow({
    host: asked.url,
    projectKey: asked.project,
    credentials: { clientId: asked.clientId, clientSecret: asked.clientSecret },
    scopes: [`manage_project:${asked.project}`],
    httpClient: fetch,
  })
  .withHttpMiddleware({ host: asked.url, httpClient: fetch })
  .build();
const api = createApiClient(client.execute, asked.url);
const drafts = api.connectors().drafts();
const deployments = api.withProjectKey({ projectKey: asked.project }).deployments();
const steps = {};

async function step(name, request) {
  const { statusCode, body } = await request.execute();
  steps[name] = { statusCode, body };
  return body;
}

// A refusal is an answer too: the SDK throws it with the body of the error.
async function refused(name, request) {
  try {
    await step(name, request);
  } catch (error) {
    steps[name] = { statusCode: error.statusCode ?? error.code, body: error.body };
  }
}

async function until(name, request, done) {
  const patient = { headers: { Prefer: 'wait=20' } };
  for (;;) {
    const body = await step(name, request(patient));
    if (done(body)) return body;
  }
}

async function update(name, staged, ...actions) {
  const body = { version: staged.version, actions };
  return step(name, drafts.withId({ ID: staged.id }).post({ body }));
}

const draft = {
  key: asked.key,
  name: 'Greeting',
  integrationTypes: ['email', 'other'],
  creator: { email: 'ada@example.org', company: 'Example' },
  repository: { url: asked.repository, tag: asked.tag },
  supportedRegions: [asked.region],
};

async function stage() {
  let staged = await step('create', drafts.post({ body: draft }));
  await refused('create again', drafts.post({ body: draft }));
  await step('read by key', drafts.withKey({ key: asked.key }).get());
  await step('list', drafts.get({ queryArgs: {
    limit: 1, offset: 0, isPrivate: true, sort: ['createdAt desc', 'name asc'],
  } }));
  staged = await update('update', staged, { action: 'addPrivateProject',
    privateProject: `${asked.region}:${asked.project}` });
  await refused('update a stale version', drafts.withKey({ key: asked.key }).post({
    body: { version: 1, actions: [{ action: 'setName', name: 'Late' }] },
  }));
  return staged;
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
  return step('read connector by id', api.connectors().withId({ ID: staged.id }).get());
}

const configurations = [{ applicationName: 'greeting',
  standardConfiguration: [{ key: 'GREETING', value: 'Moin' }],
  securedConfiguration: [{ key: 'SIGNING_KEY', value: asked.secret }] }];

async function preview() {
  const made = await step('deploy preview', deployments.post({ body: {
    connector: { key: asked.key, version: 1, staged: true }, region: asked.region, configurations,
  } }));
  await deployments.withId({ ID: made.id }).delete().execute();
}

async function deploy(connector) {
  const made = await step('deploy', deployments.post({ body: {
    key: asked.key, connector: { id: connector.id, version: connector.version, staged: false },
    region: asked.region, configurations,
  } }));
  await until('deployed', (patient) => deployments.withId({ ID: made.id }).get(patient),
    ({ status }) => status !== 'Deploying');
  await step('list deployments', deployments.get({ queryArgs: {
    deploymentType: 'sandbox', limit: 5, sort: ['createdAt desc', 'key asc'],
  } }));
  const now = Date.now();
  await step('logs', deployments.withKey({ key: asked.key }).logs().get({ queryArgs: {
    applicationName: 'greeting', startDate: new Date(now - 3600e3).toISOString(),
    endDate: new Date(now + 60e3).toISOString(),
  } }));
  return made;
}

async function undeploy(made) {
  await step('undeploy', deployments.withId({ ID: made.id }).delete());
  const until = Date.now() + 30e3;
  do {
    await refused('gone', deployments.withKey({ key: asked.key }).get());
  } while (steps.gone.statusCode === 200 && Date.now() < until);
}

await undeploy(await deploy(await publish(await stage())));
process.stdout.write(JSON.stringify(steps));

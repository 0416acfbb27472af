// The official SDK with its own token flow, and a record of what it was answered: a step to a name.
import { ClientBuilder } from '@commercetools/ts-client';
import { createApiClient } from '@commercetools-connect/sdk';

export const asked = JSON.parse(process.env.ROAD);
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
export const api = createApiClient(client.execute, asked.url);
export const drafts = api.connectors().drafts();
export const deployments = api.withProjectKey({ projectKey: asked.project }).deployments();
export const steps = {};

// What the SDK made of the call is kept beside the answer: its method, address and arguments.
export async function step(name, request) {
  const { method, uriTemplate, queryParams, body: sent } = request.clientRequest();
  const { statusCode, body } = await request.execute();
  steps[name] = { method, path: uriTemplate, query: queryParams ?? {}, sent, statusCode, body };
  return body;
}

// A refusal is an answer too: the SDK throws it with the body of the error.
export async function refused(name, request) {
  try {
    await step(name, request);
  } catch (error) {
    steps[name] = { statusCode: error.statusCode ?? error.code, body: error.body };
  }
}

export async function until(name, request, done) {
  const patient = { headers: { Prefer: 'wait=20' } };
  for (;;) {
    const body = await step(name, request(patient));
    if (done(body)) return body;
  }
}

import { configuration } from '../config';

const KEY = 'payments-connector';

async function token(): Promise<string> {
  const { authUrl, clientId, clientSecret } = configuration();
  const answer = await fetch(`${authUrl}/oauth/token?grant_type=client_credentials`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
  });
  const { access_token } = (await answer.json()) as { access_token: string };
  return access_token;
}

async function request(method: string, path: string, body?: unknown): Promise<Response> {
  const { apiUrl, projectKey } = configuration();
  return fetch(`${apiUrl}/${projectKey}/extensions${path}`, {
    method,
    headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

export async function register(url: string): Promise<void> {
  await unregister();
  await request('POST', '', {
    key: KEY,
    destination: { type: 'HTTP', url },
    triggers: [{ resourceTypeId: 'payment', actions: ['Create', 'Update'] }],
  });
}

export async function unregister(): Promise<void> {
  const found = await request('GET', `/key=${KEY}`);
  if (found.ok) {
    const { version } = (await found.json()) as { version: number };
    await request('DELETE', `/key=${KEY}?version=${version}`);
  }
}

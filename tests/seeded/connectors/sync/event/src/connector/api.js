const { CTP_API_URL, CTP_AUTH_URL, CTP_CLIENT_ID, CTP_CLIENT_SECRET, CTP_PROJECT_KEY } =
  process.env;

async function token() {
  const basic = Buffer.from(`${CTP_CLIENT_ID}:${CTP_CLIENT_SECRET}`).toString('base64');
  const answer = await fetch(`${CTP_AUTH_URL}/oauth/token?grant_type=client_credentials`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
  });
  return (await answer.json()).access_token;
}

export async function api(method, path, body) {
  const answer = await fetch(`${CTP_API_URL}/${CTP_PROJECT_KEY}${path}`, {
    method,
    headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  return answer.json();
}

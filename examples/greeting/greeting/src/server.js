import { createServer } from 'node:http';
import { greet } from './greet.js';

const { GREETING: word = 'Hello', SIGNING_KEY: key, PORT: port = 8080 } = process.env;

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const found = url.pathname === '/greeting';
  const body = found
    ? greet(url.searchParams.get('name') ?? 'world', { word, key })
    : { error: `nothing at ${url.pathname}` };
  response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
  console.log(JSON.stringify({ level: 'info', message: 'greeted', path: url.pathname }));
});

server.listen(port, () => console.log(`listening on ${port}`));

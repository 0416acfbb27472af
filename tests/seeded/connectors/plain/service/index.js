const http = require('node:http');
const { answer } = require('./answer');

const server = http.createServer((request, response) => {
  const { status, body } = answer(request.url);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
});

server.listen(process.env.PORT || 8080);

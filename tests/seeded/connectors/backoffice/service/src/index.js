const express = require('express');
const { sign, verify } = require('./session');

const app = express();
app.use(express.json());

app.post('/service/sessions', (request, response) => {
  const user = String(request.body.user ?? '');
  if (!/^[a-z0-9-]{3,40}$/.test(user)) {
    response.status(400).json({ message: 'The user is not valid.' });
    return;
  }
  response.json({ session: sign(user) });
});

app.get('/service/me', (request, response) => {
  const user = verify(String(request.headers['x-session'] ?? ''));
  response.status(user ? 200 : 401).json({ user });
});

const port = process.env.PORT || 8080;
app.listen(port, () => {
  process.stdout.write(`service listens on ${port}\n`);
});

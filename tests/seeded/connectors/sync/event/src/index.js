import express from 'express';
import { configuration } from './configuration.js';
import { deliver } from './delivery.js';

const app = express();
app.use(express.json());

app.post('/event', async (request, response) => {
  const message = JSON.parse(Buffer.from(request.body.message.data, 'base64').toString());
  if (message.notificationType === 'ResourceCreated') {
    response.status(204).end();
    return;
  }
  try {
    await deliver(message, configuration());
    response.status(204).end();
  } catch (error) {
    console.error('The order could not be delivered', error);
    response.status(500).end();
  }
});

app.listen(process.env.PORT || 8080);

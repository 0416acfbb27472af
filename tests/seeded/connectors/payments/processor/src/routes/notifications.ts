import { createHmac, timingSafeEqual } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import { configuration } from '../config';
import { logger } from '../logger';
import { actionOf } from '../states';

export const notifications = Router();

function isSigned(body: unknown, signature: string): boolean {
  const expected = createHmac('sha256', configuration().webhookSecret)
    .update(JSON.stringify(body))
    .digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

notifications.post('/', (request: Request, response: Response) => {
  const signature = request.header('x-signature') ?? '';
  if (!isSigned(request.body, signature)) {
    response.status(401).end();
    return;
  }
  for (const event of request.body.events) {
    logger.info('A notification came', { type: event.type, action: actionOf(event.type) });
  }
  response.status(200).end();
});

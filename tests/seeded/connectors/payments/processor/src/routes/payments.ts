import { Router, type Request, type Response } from 'express';
import { logger } from '../logger';
import { createPayment, findPayment } from '../psp';

export const payments = Router();

payments.get('/payments/:id', async (request: Request, response: Response) => {
  const payment = await findPayment(request.params.id);
  if (!payment) {
    response.status(404).json({ message: 'There is no such payment.' });
    return;
  }
  response.json(payment);
});

payments.post('/payments', async (request: Request, response: Response) => {
  const { amount, currency, method } = request.body;
  if (!Number.isInteger(amount) || typeof currency !== 'string') {
    response.status(400).json({ message: 'amount and currency are required.' });
    return;
  }
  const payment = await createPayment({ amount, currency, method });
  logger.info('A payment was created', { id: payment.id });
  response.status(201).json(payment);
});

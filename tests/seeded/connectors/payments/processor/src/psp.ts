import { randomUUID } from 'node:crypto';
import { configuration } from './config';

export interface Payment {
  id: string;
  amount: number;
  currency: string;
  method?: string;
}

function address(path: string): string {
  const host = configuration().environment === 'live' ? 'api' : 'api-test';
  return `https://${host}.payments.example/v1${path}`;
}

async function call(path: string, init: RequestInit = {}): Promise<unknown> {
  const { apiKey, merchantAccount } = configuration();
  const headers = { 'x-api-key': apiKey, 'x-merchant': merchantAccount };
  const answer = await fetch(address(path), { ...init, headers });
  if (answer.status === 404) {
    return undefined;
  }
  if (!answer.ok) {
    throw new Error(`The payment provider answered with ${answer.status}`);
  }
  return answer.json();
}

export async function findPayment(id: string): Promise<Payment | undefined> {
  return (await call(`/payments/${encodeURIComponent(id)}`)) as Payment | undefined;
}

export async function createPayment(draft: Omit<Payment, 'id'>): Promise<Payment> {
  const body = JSON.stringify({ ...draft, reference: randomUUID() });
  return (await call('/payments', { method: 'POST', body })) as Payment;
}

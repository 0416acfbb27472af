import { api } from './api.js';

const subscription = await api('GET', '/subscriptions/key=orders-to-erp');
await api('DELETE', `/subscriptions/key=orders-to-erp?version=${subscription.version}`);

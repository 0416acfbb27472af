import { api } from './api.js';

const topic = process.env.CONNECT_GCP_TOPIC_NAME;
const projectId = process.env.CONNECT_GCP_PROJECT_ID;

await api('POST', '/subscriptions', {
  key: 'orders-to-erp',
  destination: { type: 'GoogleCloudPubSub', topic, projectId },
  messages: [{ resourceTypeId: 'order' }],
});

import { logger } from '../logger';
import { register } from './extension';

async function run(): Promise<void> {
  const url = process.env.CONNECT_SERVICE_URL;
  if (!url) {
    throw new Error('CONNECT_SERVICE_URL is not set');
  }
  await register(url);
}

run().catch((error) => {
  logger.error('Post-deploy failed', { reason: String(error) });
  process.exitCode = 1;
});

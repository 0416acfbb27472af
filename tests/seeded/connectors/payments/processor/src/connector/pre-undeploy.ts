import { logger } from '../logger';
import { unregister } from './extension';

unregister().catch((error) => {
  logger.error('Pre-undeploy failed', { reason: String(error) });
  process.exitCode = 1;
});

import { app } from './app';
import { logger } from './logger';

const PORT = Number(process.env.PORT) || 8080;

const server = app.listen(PORT, () => {
  logger.info(`Payments listen on port ${PORT}`);
});

process.on('SIGTERM', () => {
  server.close();
});

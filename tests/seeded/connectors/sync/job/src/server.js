const fastify = require('fastify')({ logger: true });
const { sendOpenOrders } = require('./orders');

fastify.post('/job', async (request, reply) => {
  const sent = await sendOpenOrders(Number(process.env.BATCH_SIZE ?? 50), request.log);
  return reply.code(200).send({ sent });
});

fastify.listen({ port: Number(process.env.PORT) || 8080, host: '0.0.0.0' });

const open = [];

async function sendOpenOrders(size, log) {
  const batch = open.splice(0, size);
  for (const order of batch) {
    log.info({ order: order.id }, 'sent');
  }
  return batch.length;
}

module.exports = { sendOpenOrders };

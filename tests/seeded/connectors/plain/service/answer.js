function answer(path) {
  return path.startsWith('/service')
    ? { status: 200, body: { greeting: process.env.GREETING ?? 'Hello' } }
    : { status: 404, body: {} };
}

module.exports = { answer };

// The stand-in: says its port once it listens, and ends with its standard input.
import { CommercetoolsMock } from '@labdigital/commercetools-mock'

const mock = new CommercetoolsMock({ enableAuthentication: true, validateCredentials: true })
mock.app.addHook('onRequest', async (request) => {
  console.log(`asked ${request.method} ${request.headers.host} ${request.headers['x-forwarded-host']} ${request.url}`)
})
await mock.runServer(Number(process.argv[2] ?? 0))
console.log(`port ${mock.app.server.address().port}`)
process.stdin.resume().on('end', () => process.exit(0))

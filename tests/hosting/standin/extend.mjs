// What a connector's postDeploy does: hosts from the region, a token, an Extension.
import { ClientBuilder } from '@commercetools/ts-client'
import { createApiBuilderFromCtpClient } from '@commercetools/platform-sdk'

const region = process.env.CTP_REGION
const projectKey = process.env.CTP_PROJECT_KEY
const client = new ClientBuilder()
  .withProjectKey(projectKey)
  .withClientCredentialsFlow({
    host: `https://auth.${region}.commercetools.com`,
    projectKey,
    credentials: { clientId: process.env.CTP_CLIENT_ID, clientSecret: process.env.CTP_CLIENT_SECRET },
    scopes: [`manage_project:${projectKey}`],
    httpClient: fetch,
  })
  .withHttpMiddleware({ host: `https://api.${region}.commercetools.com`, httpClient: fetch })
  .build()
const root = createApiBuilderFromCtpClient(client).withProjectKey({ projectKey })
const made = await root.extensions().post({
  body: {
    key: 'from-the-sandbox',
    destination: { type: 'HTTP', url: process.env.CONNECT_SERVICE_URL },
    triggers: [{ resourceTypeId: 'cart', actions: ['Create'] }],
  },
}).execute()
console.log(`made ${made.body.key} ${made.body.version}`)

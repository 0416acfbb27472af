// Every method of the SDK that makes a request, found by walking its builders: a list as JSON.
import { createApiClient } from '@commercetools-connect/sdk';

const names = { projectKey: 'project', ID: 'id', key: 'key' };

function* methods(builder) {
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(builder))) {
    if (name === 'constructor') continue;
    const made = builder[name](names);
    if (typeof made.execute === 'function') {
      const { method, uriTemplate } = made.clientRequest();
      yield { method, path: uriTemplate };
    } else {
      yield* methods(made);
    }
  }
}

const api = createApiClient(() => { throw new Error('nothing is sent'); }, 'http://localhost');
process.stdout.write(JSON.stringify([...methods(api)]));

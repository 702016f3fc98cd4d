import { StatusService } from '@chainloop/proto/controlplane/v1/status'
import { createRouterTransport } from '@connectrpc/connect'
import { expect, test } from '@jest/globals'

import { createClient } from '../client.ts'
import { exchangeClient } from './exchange-client.ts'

/** Asks for the token; resolves to the audience that it was asked for. */
async function audienceAskedFor(
  identityAudience: string,
  { controlPlane = 'chainloop.acme.example:9000', audience = '' } = {},
): Promise<string> {
  let asked = 'nobody asked'
  using client = createClient({
    controlPlane,
    job: {
      source: 'test',
      audience: audience || undefined,
      token: async (wanted) => {
        asked = wanted
        return 'a.b.c'
      },
    },
    connect: (endpoint) => ({
      endpoint,
      transport: () =>
        createRouterTransport(({ service }) => {
          service(StatusService, { infoz: () => ({ identityAudience }) })
        }),
      [Symbol.dispose]: () => {},
    }),
  })
  await exchangeClient(client)
  return asked
}

test('tokens are asked for with the URL of the instance', async () => {
  const url = 'https://chainloop.acme.example'

  expect(await audienceAskedFor(url)).toBe(url)
  expect(await audienceAskedFor(`${url}:8443`)).toBe(`${url}:8443`)
})

test.each([
  ['somebody else', 'https://sts.acme.example'],
  ['a service without an address', 'sts.amazonaws.com'],
  ['a host that begins like it', 'https://chainloop.acme.example.evil.example'],
  ['a user of that name', 'https://chainloop.acme.example@evil.example'],
  ['another scheme', 'urn:chainloop.acme.example'],
])('no token is asked for that opens the door of %s', async (_who, audience) => {
  await expect(audienceAskedFor(audience)).rejects.toMatchObject({
    name: 'NoCredentials',
    message: expect.stringContaining('CHAINLOOP_OIDC_AUDIENCE'),
  })
})

test('an audience that is said on purpose is used unseen', async () => {
  const audience = 'https://keys.acme.example'

  expect(await audienceAskedFor('https://other.example', { audience })).toBe(audience)
})

test('an instance that takes no identities says so', async () => {
  await expect(audienceAskedFor('')).rejects.toThrow('takes no identity tokens')
})

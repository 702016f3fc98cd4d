import { randomUUID } from 'node:crypto'

import { remoteDeps } from '../../testing/storage/remote-deps.ts'
import { describeBackend } from '../backend-contract.ts'
import { ociProvider } from './oci.ts'

const given = URL.parse(process.env['TEST_REGISTRY_URL'] ?? '')

async function openOci() {
  if (!given) throw new Error('TEST_REGISTRY_URL is not set')
  await using stack = new AsyncDisposableStack()
  const deps = stack.use(await remoteDeps())
  const provider = stack.use(ociProvider({ ...deps, allow: [given.hostname], env: {} }))
  const open = async (path: string) =>
    provider.open({
      organizationId: 'org-1',
      location: `${given.host}/${path}`,
      key: randomUUID(),
      credentials: () => Promise.resolve({}),
    })
  const disposables = stack.move()
  return {
    backend: await open(`one-${randomUUID()}`),
    foreign: await open(`two-${randomUUID()}`),
    leftovers: () => Promise.resolve(0),
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  }
}

if (given) describeBackend('OCI registry', openOci)

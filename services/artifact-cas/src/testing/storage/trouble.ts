import { randomUUID } from 'node:crypto'

import type { BlobBackend, BlobProvider } from '../../backends/backend.ts'
import type { RemoteDeps } from '../../backends/remote/remote-deps.ts'
import type { FaultProxy } from './fault-proxy.ts'
import { remoteDeps } from './remote-deps.ts'
import { TEST_CA } from './tls.ts'

/** A backend whose storage is behind a proxy that makes trouble. */
export interface TroubledBackend extends AsyncDisposable {
  readonly backend: BlobBackend
  readonly proxy: FaultProxy
  readonly deps: RemoteDeps
}

export interface Troubled {
  readonly provider: BlobProvider
  readonly proxy: FaultProxy
  /** On the proxy. */
  readonly location: string
  readonly credentials: object
}

const PART_BYTES = 256 << 10

/** `setup` puts what it starts onto the stack, but for provider and proxy. */
export async function openTroubled(
  setup: (stack: AsyncDisposableStack, deps: RemoteDeps) => Promise<Troubled>,
): Promise<TroubledBackend> {
  await using stack = new AsyncDisposableStack()
  const settings = { partBytes: PART_BYTES, ca: TEST_CA, timeoutMs: 1500 }
  const deps = stack.use(await remoteDeps(settings))
  const { provider, proxy, location, credentials } = await setup(stack, deps)
  stack.use(proxy)
  stack.use(provider)
  const backend = await provider.open({
    organizationId: 'org-1',
    location,
    key: randomUUID(),
    credentials: () => Promise.resolve(credentials),
  })
  const open = stack.move()
  return { backend, proxy, deps, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/**
 * Replaces each 0 by a port that is free now, all different. The services have to know each other's
 * addresses before the first of them listens.
 */
export async function choosePorts<K extends string>(
  wanted: Readonly<Record<K, number>>,
  bind: string,
): Promise<Record<K, number>> {
  await using stack = new AsyncDisposableStack()
  const chosen: Record<K, number> = { ...wanted }
  for (const name of namesOf(wanted)) {
    if (wanted[name] !== 0) continue
    const server = stack.use(createServer().listen(0, bind))
    await once(server, 'listening')
    chosen[name] = portOf(server)
  }
  return chosen
}

function namesOf<K extends string>(record: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(record).filter((name): name is K => name in record)
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not a TCP listener')
  return address.port
}

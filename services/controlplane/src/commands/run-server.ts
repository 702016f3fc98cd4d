import { once } from 'node:events'

import type { Config } from '../config.ts'
import { createControlPlane } from '../server.ts'

export async function runServer(config: Config): Promise<void> {
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await using controlPlane = await createControlPlane(config)
  await stopped
  controlPlane.ctx.log.info({}, 'stopping')
}

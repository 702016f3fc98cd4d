import { once } from 'node:events'

import { createStandalone } from './standalone.ts'

const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])

await using server = await createStandalone(process.env)
const { dataDir, endpoints } = server
process.stdout.write(
  `ready: control plane ${new URL(endpoints.controlPlaneApi).host}, artifact CAS ${new URL(endpoints.casApi).host}, data and operator.env in ${dataDir}\n`,
)

await stopped

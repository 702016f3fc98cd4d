import { once } from 'node:events'

import { readConfig } from './config.ts'
import { createIntegrations } from './integrations.ts'

const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])

await using _integrations = await createIntegrations(readConfig(process.env))

await stopped

import { once } from 'node:events'

import { createArtifactCas } from './artifact-cas.ts'
import { readConfig } from './config.ts'

const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])

await using _cas = await createArtifactCas(readConfig(process.env))

await stopped

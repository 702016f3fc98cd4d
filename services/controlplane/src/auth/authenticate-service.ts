import { equalInConstantTime } from '@chainloop/kit/constant-time'

import type { Config } from '../config.ts'
import { type Actor, anonymous, createActor } from './actor.ts'
import type { InternalRight } from './right.ts'
import { invalidToken } from './tokens.ts'

/** Our own services, by the secret that each shares with us. */
export function authenticateService(
  config: Pick<Config, 'internalTokenArtifactCas' | 'internalTokenIntegrations'>,
  token: string | undefined,
): Actor {
  if (token === undefined) return anonymous
  const services: readonly (readonly [string, string | undefined, readonly InternalRight[]])[] = [
    ['artifact-cas', config.internalTokenArtifactCas, ['internal:receipts', 'internal:secrets']],
    ['integrations', config.internalTokenIntegrations, ['internal:deliveries']],
  ]
  const known = services.find(
    ([, secret]) => secret !== undefined && equalInConstantTime(secret, token),
  )
  if (!known) throw invalidToken()
  const [name, , rights] = known
  return createActor({
    kind: 'service',
    id: name,
    name,
    organizationId: '',
    organizationName: '',
    role: 'service',
    rights: new Set(rights),
  })
}

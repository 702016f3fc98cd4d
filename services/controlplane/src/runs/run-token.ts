import type { TokenSigner } from '@chainloop/kit/tokens'

import { type Actor, actorReference } from '../auth/actor.ts'
import { AUDIENCE } from '../auth/tokens.ts'
import type { Run } from './run.ts'

export const RUN_TOKEN_SECONDS = 3600

/** Good for one run's state, uploads, certificate and Store, as long as the run is open. */
export interface RunToken {
  readonly token: string
  readonly expiresAt: Date
}

/** Whose revocation ends the run token: the account that opened or joined the run, also for tokens renewed since. */
export function grantorOf(actor: Pick<Actor, 'kind' | 'id' | 'grantedBy'>): string {
  return actor.grantedBy ?? actorReference(actor)
}

export async function issueRunToken(
  signer: TokenSigner,
  run: Pick<Run, 'id' | 'organization' | 'project' | 'workflow'>,
  grantor: string,
): Promise<RunToken> {
  const expiresAt = new Date(Date.now() + RUN_TOKEN_SECONDS * 1000)
  const claims = {
    sub: run.id,
    org_id: run.organization.id,
    project_id: run.project.id,
    workflow_id: run.workflow.id,
    granted_by: grantor,
  }
  const token = await signer.sign(claims, {
    audience: AUDIENCE.run,
    expiresInSeconds: RUN_TOKEN_SECONDS,
  })
  return { token, expiresAt }
}

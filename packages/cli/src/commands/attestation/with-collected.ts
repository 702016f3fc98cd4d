import type { OpenRun, StateLocation } from '@chainloop/sdk/attestation/open-run'
import type { AttestationStatus } from '@chainloop/sdk/attestation/status'
import type { Client } from '@chainloop/sdk/client'
import type { Collector } from '@chainloop/sdk/collectors/collect-evidence'

import type { Session } from '../../core/session.ts'

interface Start {
  readonly session: OpenRun['session']
  readonly remoteState: boolean | undefined
  readonly localStatePath: string | undefined
  readonly wanted: readonly Collector[]
}

/** What a run has once everything is collected that can be found out by itself. */
export async function withCollected(
  { io }: Pick<Session, 'io'>,
  client: Client,
  { session, remoteState, localStatePath: path, wanted }: Start,
): Promise<AttestationStatus> {
  const { attestationStatus } = await import('@chainloop/sdk/attestation/status')
  const { collectEvidence, hasSomethingToCollect } =
    await import('@chainloop/sdk/collectors/collect-evidence')
  const around = { cwd: io.cwd, env: io.env, collectors: wanted }
  if (!hasSomethingToCollect(around)) return attestationStatus(session)

  const { openRun } = await import('@chainloop/sdk/attestation/open-run')
  const { runId } = session.state.workflow
  const location: StateLocation =
    remoteState === true ? { type: 'remote', runId } : { type: 'local', path }
  const { added, warnings } = await collectEvidence(await openRun(client, location), around)
  for (const warning of warnings) io.warn(warning)
  for (const name of added) io.info(`recorded ${name}`)
  return attestationStatus((await openRun(client, location)).session)
}

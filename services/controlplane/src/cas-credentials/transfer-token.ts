import type { TokenSigner } from '@chainloop/kit/tokens'

import { AUDIENCE } from '../auth/tokens.ts'
import type { CasBackend } from '../cas-backends/cas-backend.ts'

/** A transfer has this long to start; the transfer itself may take longer. */
export const TRANSFER_TOKEN_SECONDS = 30

/** What one transfer between a client and the artifact CAS may do. */
export interface Transfer {
  readonly backend: Pick<
    CasBackend,
    | 'id'
    | 'organizationId'
    | 'provider'
    | 'location'
    | 'maxBlobBytes'
    | 'credentialsVersion'
    | 'sweepEpoch'
  >
  /** A maintainer is this service itself. */
  readonly role: 'uploader' | 'downloader' | 'maintainer'
  /** Credentials on trial instead of the backend's. */
  readonly candidateId?: string | undefined
  readonly projectId?: string | undefined
  readonly runId?: string | undefined
  /** `sha256:<hex>`; absent: any. */
  readonly digest?: string | undefined
  /** Bytes; absent: any. */
  readonly size?: number | undefined
  /** The project holds these bytes already: the CAS may say so before it has read them again. */
  readonly possessed?: boolean
}

export async function issueTransferToken(signer: TokenSigner, transfer: Transfer): Promise<string> {
  const { backend, role, candidateId, projectId, runId, digest, size } = transfer
  const claims = {
    org_id: backend.organizationId,
    backend_id: backend.id,
    provider: backend.provider,
    location: backend.location,
    credentials_version: backend.credentialsVersion,
    sweep_epoch: backend.sweepEpoch,
    role,
    max_bytes: backend.maxBlobBytes,
    possessed: transfer.possessed ?? false,
    ...(candidateId === undefined ? {} : { candidate_id: candidateId }),
    ...(projectId === undefined ? {} : { project_id: projectId }),
    ...(runId === undefined ? {} : { run_id: runId }),
    ...(digest === undefined ? {} : { digest }),
    ...(size === undefined ? {} : { size }),
  }
  return signer.sign(claims, {
    audience: AUDIENCE.transfer,
    expiresInSeconds: TRANSFER_TOKEN_SECONDS,
  })
}

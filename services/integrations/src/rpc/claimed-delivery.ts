import { timestampDate } from '@bufbuild/protobuf/wkt'
import type { ClaimResponse } from '@chainloop/proto/internal/v1/delivery_service'
import { z } from 'zod'

import type { ClaimedDelivery } from '../control-plane.ts'
import { policiesOf } from './policies.ts'

const settings = z.record(z.string(), z.unknown())

/** Settings of a registration, secrets included. */
export function registrationOf({
  registrationConfig,
  registrationCredentials,
}: Pick<ClaimResponse, 'registrationConfig' | 'registrationCredentials'>): Record<string, unknown> {
  const credentials = Buffer.from(registrationCredentials).toString() || '{}'
  return { ...registrationConfig, ...settings.parse(JSON.parse(credentials)) }
}

export function toClaimedDelivery(response: ClaimResponse): ClaimedDelivery {
  return {
    attempt: response.attempt,
    pluginId: response.pluginId,
    registration: registrationOf(response),
    attachment: response.attachmentConfig ?? {},
    idempotencyKey: response.idempotencyKey,
    attestation: {
      digest: response.attestationDigest,
      bundle: response.bundle,
      policies: policiesOf(response),
      evidence: {
        pending: response.evidencePending,
        items: response.evidence.map(({ predicateType, subjectDigests, bundle, digest }) => ({
          predicateType,
          subjectDigests,
          bundle,
          digest,
        })),
      },
      organization: response.organizationName,
      project: { name: response.projectName, version: response.projectVersion },
      workflow: { id: response.workflowId, name: response.workflowName },
      run: {
        id: response.runId,
        state: response.runState,
        startedAt: response.runStartedAt && timestampDate(response.runStartedAt),
        finishedAt: response.runFinishedAt && timestampDate(response.runFinishedAt),
        runnerType: response.runnerType,
        runnerUrl: response.runnerUrl,
      },
    },
  }
}

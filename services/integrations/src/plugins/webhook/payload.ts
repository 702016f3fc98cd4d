import { createHash } from 'node:crypto'

import type { DeliveredAttestation } from '@chainloop/plugin-sdk/delivery'

/** What receivers of the existing webhook parse: the keys are theirs. */
export interface WebhookPayload {
  readonly Metadata: {
    readonly Workflow: {
      readonly ID: string
      readonly Name: string
      readonly Team: string
      readonly Project: string
    }
    readonly WorkflowRun: {
      readonly ID: string
      readonly State: string
      readonly StartedAt: string | null
      readonly FinishedAt: string | null
      readonly RunnerType: string
      readonly RunURL: string
      readonly AttestationDigest: string
    }
  }
  /** base64: of an attestation the JSON of `{ Envelope, Hash, Statement, Predicate }`, of a material its bytes. */
  readonly Data: string
  /** `ATTESTATION`, `TEST_WEBHOOK` when it is registered, or the kind of the material. */
  readonly Kind: string
}

export function attestationPayload(attestation: DeliveredAttestation): WebhookPayload {
  const { envelope, statement } = attestation
  const content = {
    Envelope: envelope,
    Hash: `sha256:${createHash('sha256').update(JSON.stringify(envelope)).digest('hex')}`,
    Statement: statement,
    Predicate: statement['predicate'] ?? null,
  }
  return {
    Metadata: metadataOf(attestation),
    Data: Buffer.from(JSON.stringify(content)).toString('base64'),
    Kind: 'ATTESTATION',
  }
}

export function materialPayload(
  attestation: DeliveredAttestation,
  { kind, bytes }: { readonly kind: string; readonly bytes: Uint8Array },
): WebhookPayload {
  return {
    Metadata: metadataOf(attestation),
    Data: Buffer.from(bytes).toString('base64'),
    Kind: kind,
  }
}

/** Only tells whether somebody takes it. */
export function testPayload(): WebhookPayload {
  const none = 'test'
  return {
    Metadata: {
      Workflow: { ID: none, Name: none, Team: '', Project: none },
      WorkflowRun: {
        ID: none,
        State: 'success',
        StartedAt: null,
        FinishedAt: null,
        RunnerType: 'RUNNER_TYPE_UNSPECIFIED',
        RunURL: '',
        AttestationDigest: '',
      },
    },
    Data: Buffer.from('{}').toString('base64'),
    Kind: 'TEST_WEBHOOK',
  }
}

function metadataOf({
  workflow,
  project,
  run,
  digest,
}: DeliveredAttestation): WebhookPayload['Metadata'] {
  return {
    Workflow: { ID: workflow.id, Name: workflow.name, Team: '', Project: project.name },
    WorkflowRun: {
      ID: run.id,
      State: run.state,
      StartedAt: run.startedAt?.toISOString() ?? null,
      FinishedAt: run.finishedAt?.toISOString() ?? null,
      RunnerType: run.runnerType,
      RunURL: run.runnerUrl,
      AttestationDigest: digest,
    },
  }
}

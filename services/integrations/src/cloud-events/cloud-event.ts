import type { DeliveredAttestation } from '@chainloop/plugin-sdk/delivery'
import { z } from 'zod'

/** CloudEvents 1.0.2 in the JSON format: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export interface CloudEvent {
  readonly specversion: '1.0'
  /** The same for every attempt of a delivery. */
  readonly id: string
  readonly source: string
  readonly type: string
  /** Digest of what it is about. */
  readonly subject: string
  readonly time?: string
  readonly datacontenttype: 'application/json'
  readonly data: object
}

export const cloudEventType = 'application/cloudevents+json; charset=utf-8'

/** Settings of attachments whose target takes CloudEvents. */
export const cloudEventSettings = {
  includeBundle: z
    .boolean()
    .default(true)
    .meta({ description: 'send the attestation itself, not only where it is from' }),
}

export interface EventOptions {
  readonly id: string
  readonly includeBundle: boolean
}

/** An attestation was stored. The bundle is in base64, so that its digest can be compared. */
export function attestationEvent(
  attestation: DeliveredAttestation,
  { id, includeBundle }: EventOptions,
): CloudEvent {
  const { digest, bundle, statement } = attestation
  return {
    ...contextOf(attestation, id),
    type: 'dev.chainloop.attestation.stored.v1',
    subject: digest,
    data: {
      ...originOf(attestation),
      attestation: {
        digest,
        ...(includeBundle && { bundle: Buffer.from(bundle).toString('base64'), statement }),
      },
    },
  }
}

export interface EventMaterial {
  readonly name: string
  readonly kind: string
  readonly digest: string
  readonly bytes: Uint8Array
}

/** What the run brought. */
export function materialEvent(
  attestation: DeliveredAttestation,
  { id, material }: { readonly id: string; readonly material: EventMaterial },
): CloudEvent {
  const { name, kind, digest, bytes } = material
  return {
    ...contextOf(attestation, id),
    type: 'dev.chainloop.material.stored.v1',
    subject: digest,
    data: {
      ...originOf(attestation),
      attestation: { digest: attestation.digest },
      material: { name, kind, digest, content: Buffer.from(bytes).toString('base64') },
    },
  }
}

function contextOf({ organization, project, workflow, run }: DeliveredAttestation, id: string) {
  const path = [organization, project.name, workflow.name].map(encodeURIComponent)
  return {
    specversion: '1.0',
    id,
    source: `/chainloop/${path.join('/')}`,
    ...(run.finishedAt && { time: run.finishedAt.toISOString() }),
    datacontenttype: 'application/json',
  } as const
}

function originOf({
  organization,
  project,
  workflow,
  run,
  annotations,
  images,
  policies,
}: DeliveredAttestation): object {
  const { startedAt, finishedAt, ...rest } = run
  return {
    organization,
    project,
    workflow,
    run: {
      ...rest,
      startedAt: startedAt?.toISOString() ?? null,
      finishedAt: finishedAt?.toISOString() ?? null,
    },
    annotations,
    images,
    policies,
  }
}

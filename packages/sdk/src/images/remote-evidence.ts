import { buffer } from 'node:stream/consumers'

import type { Evidence } from '@chainloop/attestation/materials/evidence'
import { getBlob } from '@chainloop/oci/blobs'

import { describeImage } from './describe-image.ts'
import type { Environment } from './find-login.ts'
import { about, ImageNotResolved } from './image-not-resolved.ts'
import { openImage, type RemoteImage } from './open-image.ts'

/** Evidence in a registry: it stays there. */
export interface RemoteEvidence extends Evidence {
  readonly image: NonNullable<Evidence['image']>
}

export type RemoteKind = 'CONTAINER_IMAGE' | 'HELM_CHART'

/** https://helm.sh/docs/topics/registries/#helm-chart-manifest */
const CHART_CONFIG = 'application/vnd.cncf.helm.config.v1+json'
const CHART_CONTENT = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
/** It is held in memory, to be looked into. */
const MAX_CHART_BYTES = 64 << 20

/** What the registry has there, image or chart. Rejects with `ImageNotResolved`. */
export async function remoteEvidence(
  typed: string,
  env: Environment,
  wanted: RemoteKind | undefined,
): Promise<{ kind: RemoteKind; evidence: RemoteEvidence }> {
  const remote = await openImage(typed, env)
  const kind = wanted ?? (isChart(remote) ? 'HELM_CHART' : 'CONTAINER_IMAGE')
  const image = await describeImage(remote)
  const content = kind === 'HELM_CHART' ? await about(typed, chartIn(remote, typed)) : NOTHING
  return { kind, evidence: { name: image.repository, value: typed, image, ...bytesOf(content) } }
}

const NOTHING = Buffer.alloc(0)

function bytesOf(bytes: Buffer): Pick<Evidence, 'size' | 'open'> {
  return {
    size: bytes.length,
    async *open() {
      yield bytes
    },
  }
}

function isChart({ content }: Pick<RemoteImage, 'content'>): boolean {
  return content.config?.mediaType === CHART_CONFIG || content.artifactType === CHART_CONFIG
}

/** The packaged chart, to be looked into. */
async function chartIn({ repository, content }: RemoteImage, typed: string): Promise<Buffer> {
  const { config, layers } = content
  if (!isChart({ content })) {
    throw new ImageNotResolved(
      `${typed} is no Helm chart: its type is ${config?.mediaType ?? 'that of an index'}`,
    )
  }
  const [layer, ...others] = layers.filter(({ mediaType }) => mediaType === CHART_CONTENT)
  if (layer === undefined || others.length > 0) {
    throw new ImageNotResolved(
      `${typed} has ${layer ? 'more than one layer' : 'no layer'} with a chart`,
    )
  }
  if (layer.size > MAX_CHART_BYTES) {
    throw new ImageNotResolved(`${typed} has ${layer.size} bytes, more than ${MAX_CHART_BYTES}`)
  }
  const { body } = await getBlob(repository, layer.digest, { size: layer.size })
  return buffer(body)
}

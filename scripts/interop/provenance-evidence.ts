import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Scene } from '../quickstart/acts.ts'

/** What the control plane signs about an artifact, and what is needed to verify it elsewhere. */
export interface MadeEvidence {
  readonly artifact: string
  /** Hex. */
  readonly digest: string
  readonly provenance: string
  readonly summary: string
  /** The plain envelope of the summary, and its key. */
  readonly envelope: string
  readonly key: string
  /** With the organization's log. */
  readonly trustedRoot: string
  /** `<instance>/provenance`. */
  readonly verifier: string
  readonly resourceUri: string
}

export async function makeProvenance({
  operator,
  folder,
  materials,
}: Scene): Promise<MadeEvidence> {
  const artifact = materials.cli
  const digest = createHash('sha256')
    .update(await readFile(artifact))
    .digest('hex')
  const named = ['--digest', `sha256:${digest}`]
  const place = (name: string): string => join(folder, name)
  const files = {
    provenance: place('provenance.json'),
    summary: place('vsa.json'),
    envelope: place('vsa.dsse.json'),
    key: place('vsa.pub'),
    trustedRoot: place('provenance_root.json'),
  }
  const admitted = await operator(['verify', ...named, '--output', 'json'])
  const { verifier, resourceUri }: Pick<MadeEvidence, 'verifier' | 'resourceUri'> = JSON.parse(
    admitted.stdout,
  )
  const encodings = ['--bundle', files.summary, '--envelope', files.envelope]
  await operator(['attestation', 'vsa', ...named, ...encodings])
  await operator(['attestation', 'provenance', ...named, '--bundle', files.provenance])
  await writeFile(files.key, (await operator(['signing', 'vsa-key'])).stdout)
  const root = await operator(['signing', 'trusted-root', '--for', 'provenance', '--with-log'])
  await writeFile(files.trustedRoot, root.stdout)
  return { artifact, digest, ...files, verifier, resourceUri }
}

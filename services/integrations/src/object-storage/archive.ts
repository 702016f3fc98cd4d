import type { Delivery, DeliveredMaterial, Receipt } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { z } from 'zod'

import { type ObjectStore, asciiOf, segment } from './object-store.ts'

/** Settings that every archive has. */
export const archiveSettings = {
  prefix: z
    .string()
    .regex(/^[\w.-]+(?:\/[\w.-]+)*\/?$/, 'must be names between slashes')
    .optional()
    .meta({ description: 'folder for everything' }),
}

export const archiveAttachment = z.object({
  materials: z
    .boolean()
    .default(true)
    .meta({ description: 'archive what the job brought, too, not only the attestation' }),
})

type ArchiveDelivery = Delivery<
  { readonly prefix?: string | undefined },
  z.output<typeof archiveAttachment>
>

/** With a slash at its end where there is one. */
export function folderOf(prefix: string | undefined): string {
  return prefix === undefined ? '' : `${prefix.replace(/\/$/, '')}/`
}

/** Everything about a run in a folder of its own: `project/workflow/run/`. Writing it again changes nothing. */
export async function archive(delivery: ArchiveDelivery, store: ObjectStore): Promise<Receipt> {
  const { attestation, registration, materials, attachment } = delivery
  const { project, workflow, run } = attestation
  const folder = `${folderOf(registration.prefix)}${[project.name, workflow.name, run.id].map(segment).join('/')}/`
  const metadata = {
    'chainloop-project': asciiOf(project.name),
    'chainloop-workflow': asciiOf(workflow.name),
    'chainloop-run': run.id,
  }
  const left: string[] = []
  for (const material of attachment.materials ? materials : []) {
    const put = store.put({
      key: `${folder}materials/${segment(material.name)}/${segment(material.fileName || 'content')}`,
      contentType: 'application/octet-stream',
      metadata: { ...metadata, 'chainloop-digest': material.digest },
      content: material.open(),
    })
    const problem = await put.then(
      () => undefined,
      (cause: unknown) => contentProblem(cause),
    )
    if (problem) left.push(`${nameOf(material)}: ${problem}`)
  }
  // Last, so that what it refers to is there.
  await store.put({
    key: `${folder}attestation.sigstore.json`,
    contentType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    metadata: { ...metadata, 'chainloop-digest': attestation.digest },
    content: attestation.bundle,
  })
  return { responseCode: 200, detail: [folder, ...left].join('; ') }
}

/** Of some materials only the digest is known; that is no reason to lose the others. Throws everything else. */
function contentProblem(cause: unknown): string {
  const isContent =
    cause instanceof DeliveryError &&
    cause.errorClass === 'permanent' &&
    cause.responseCode === undefined
  if (isContent) return cause.message
  throw cause
}

function nameOf({ name, kind }: DeliveredMaterial): string {
  return `${name} (${kind})`
}

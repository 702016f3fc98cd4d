import { z } from 'zod'

import { DeliveryError } from '../../delivery-error.ts'
import {
  type DeliveredAttestation,
  type DeliveredMaterial,
  type Delivery,
  definePlugin,
  secret,
} from '../../plugin.ts'
import { passesFilter, renderTemplate } from './filter.ts'
import { type Project, uploadBom } from './upload-bom.ts'

const maxBomBytes = 64 << 20

const registration = z.object({
  instanceURI: z.url().meta({ description: 'address of Dependency-Track' }),
  apiKey: secret(z.string().min(1), 'of a team that may upload BOMs'),
  allowAutoCreate: z
    .boolean()
    .optional()
    .meta({ description: 'attachments may name projects that do not exist yet' }),
})

const attachment = z.object({
  projectID: z.uuid().optional().meta({ description: 'project that the SBOMs go to' }),
  projectName: z.string().min(1).optional().meta({
    description: 'or its name, also as {{.Material.Annotations.name}}; needs allowAutoCreate',
  }),
  parentID: z.uuid().optional().meta({ description: 'parent of a project that is created' }),
  filter: z
    .string()
    .optional()
    .meta({ description: 'only SBOMs with these annotations: k=v,k2=v2' }),
})

type Attachment = z.output<typeof attachment>
type DependencyTrackDelivery = Delivery<z.output<typeof registration>, Attachment>

export const dependencyTrack = definePlugin({
  id: 'dependency-track',
  version: '2.0.0',
  description: 'Send the CycloneDX SBOMs of every attestation to Dependency-Track',
  subscribedMaterials: ['SBOM_CYCLONEDX_JSON'],
  registration,
  attachment,

  async deliver(delivery) {
    assertTarget(delivery)
    const results: string[] = []
    for (const material of delivery.materials) {
      const project = projectFor(delivery, material)
      if (project) results.push(await upload(delivery, { project, material }))
    }
    return { responseCode: 200, detail: results.join('; ') || 'no SBOM to send' }
  },
})

function assertTarget({
  registration: { allowAutoCreate },
  attachment: to,
}: DependencyTrackDelivery): void {
  const wrong = (why: string): DeliveryError => new DeliveryError('permanent', why)
  if ((to.projectID === undefined) === (to.projectName === undefined)) {
    throw wrong('the attachment needs either projectID or projectName')
  }
  if (to.projectName !== undefined && !allowAutoCreate) {
    throw wrong('projectName needs allowAutoCreate on the registration')
  }
  if (to.parentID !== undefined && to.projectName === undefined) {
    throw wrong('parentID needs projectName')
  }
}

/** Undefined when the SBOM is not meant for this attachment. */
function projectFor(
  { attachment: to, attestation }: DependencyTrackDelivery,
  { annotations: material }: DeliveredMaterial,
): Project | undefined {
  const ofAttestation = annotationsOf(attestation)
  if (!passesFilter(to.filter, { ...ofAttestation, ...material })) return undefined
  if (to.projectID !== undefined) return { id: to.projectID }
  const scope = { material, attestation: ofAttestation }
  const name = renderTemplate(to.projectName ?? '', scope)
  return name === undefined ? undefined : { name, parentId: to.parentID }
}

const annotated = z.object({
  predicate: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
})

function annotationsOf({ statement }: DeliveredAttestation): Readonly<Record<string, string>> {
  return annotated.safeParse(statement).data?.predicate.annotations ?? {}
}

async function upload(
  { registration: { instanceURI, apiKey }, fetch, signal }: DependencyTrackDelivery,
  { project, material }: { readonly project: Project; readonly material: DeliveredMaterial },
): Promise<string> {
  const bom = await material.read(maxBomBytes)
  const server = { instanceURI, apiKey, fetch, signal }
  const outcome = await uploadBom(server, { project, bom, fileName: material.fileName })
  return `${material.name}: ${outcome}`
}

import type { DeliveredMaterial, Delivery } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import { type Project, assertProject, permissionsOf } from './api.ts'
import { passesFilter, renderTemplate } from './filter.ts'
import { uploadBom } from './upload-bom.ts'

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

type Registration = z.output<typeof registration>
type Attachment = z.output<typeof attachment>
type DependencyTrackDelivery = Delivery<Registration, Attachment>

/* Of each list one permission is enough. */
const toUpload: readonly (readonly string[])[] = [['BOM_UPLOAD'], ['VIEW_PORTFOLIO']]
const toCreate: readonly string[] = [
  'PROJECT_CREATION_UPLOAD',
  'PORTFOLIO_MANAGEMENT_CREATE',
  'PORTFOLIO_MANAGEMENT',
]

export const dependencyTrack = definePlugin({
  id: 'dependency-track',
  version: '2.1.0',
  description: 'Send the CycloneDX SBOMs of every attestation to Dependency-Track',
  subscribedMaterials: ['SBOM_CYCLONEDX_JSON'],
  registration,
  attachment,

  async validate(validation) {
    const { allowAutoCreate } = validation.registration
    const needed = allowAutoCreate ? [...toUpload, toCreate] : toUpload
    const granted = new Set(await permissionsOf(validation))
    const missing = needed.filter((oneOf) => !oneOf.some((permission) => granted.has(permission)))
    if (missing.length > 0) {
      const lacks = missing.map((oneOf) => oneOf.join(' or ')).join(', ')
      throw new DeliveryError('permanent', `the team of the key lacks ${lacks}`)
    }
  },

  async validateAttachment(validation) {
    assertTarget(validation)
    const { projectID, parentID, filter } = validation.attachment
    passesFilter(filter, {})
    const id = projectID ?? parentID
    if (id !== undefined) await assertProject(validation, id)
  },

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
}: Pick<DependencyTrackDelivery, 'registration' | 'attachment'>): void {
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
  const { annotations } = attestation
  if (!passesFilter(to.filter, { ...annotations, ...material })) return undefined
  if (to.projectID !== undefined) return { id: to.projectID }
  const scope = { material, attestation: annotations }
  const name = renderTemplate(to.projectName ?? '', scope)
  return name === undefined ? undefined : { name, parentId: to.parentID }
}

async function upload(
  delivery: DependencyTrackDelivery,
  { project, material }: { readonly project: Project; readonly material: DeliveredMaterial },
): Promise<string> {
  const bom = await material.read(maxBomBytes)
  const outcome = await uploadBom(delivery, { project, bom, fileName: material.fileName })
  return `${material.name}: ${outcome}`
}

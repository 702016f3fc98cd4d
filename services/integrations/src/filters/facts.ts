import type { DeliveredAttestation, DeliveredMaterial } from '@chainloop/plugin-sdk/delivery'

/** What expressions and templates of an attachment can speak about; plain JSON. */
export interface Facts {
  readonly organization: string
  readonly project: { readonly name: string; readonly version: string }
  readonly workflow: { readonly id: string; readonly name: string }
  readonly run: Readonly<Record<'id' | 'state' | 'runner' | 'url', string>>
  readonly attestation: {
    readonly digest: string
    readonly annotations: Readonly<Record<string, string>>
  }
  readonly policies: DeliveredAttestation['policies'] & { readonly violations: number }
  readonly images: DeliveredAttestation['images']
  readonly materials: readonly Pick<
    DeliveredMaterial,
    'name' | 'kind' | 'fileName' | 'digest' | 'annotations'
  >[]
  readonly statement: Readonly<Record<string, unknown>>
}

export const factNames = [
  'organization',
  'project',
  'workflow',
  'run',
  'attestation',
  'policies',
  'images',
  'materials',
  'statement',
] as const satisfies readonly (keyof Facts)[]

export function factsOf(
  attestation: DeliveredAttestation,
  materials: readonly DeliveredMaterial[],
): Facts {
  const { organization, project, workflow, run, digest, annotations, policies } = attestation
  return {
    organization,
    project,
    workflow,
    run: { id: run.id, state: run.state, runner: run.runnerType, url: run.runnerUrl },
    attestation: { digest, annotations },
    policies: {
      ...policies,
      violations: policies.evaluations.flatMap(({ violations }) => violations).length,
    },
    images: attestation.images,
    materials: materials.map((material) => ({
      name: material.name,
      kind: material.kind,
      fileName: material.fileName,
      digest: material.digest,
      annotations: material.annotations,
    })),
    statement: attestation.statement,
  }
}

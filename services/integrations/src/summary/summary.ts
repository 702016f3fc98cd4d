import type { DeliveredAttestation } from '@chainloop/plugin-sdk/delivery'
import { z } from 'zod'

export interface Section {
  readonly title: string
  readonly rows: readonly (readonly [name: string, value: string])[]
}

/** What people want to know about an attestation at a glance. */
export interface Summary {
  readonly headline: string
  readonly sections: readonly Section[]
  /** How to get the whole. */
  readonly footer: string
}

const annotations = z.record(z.string(), z.union([z.string(), z.boolean(), z.number()]))

const material = z.object({
  name: z.string().default(''),
  digest: z.record(z.string(), z.string()).default({}),
  content: z.string().optional(),
  annotations: annotations.default({}),
})

/** The predicate came out of a verified attestation; what it does not have is left out here. */
const predicateShape = z.object({
  annotations: z.record(z.string(), z.string()).default({}),
  env: z.record(z.string(), z.string()).default({}),
  materials: z.array(material).default([]),
})

export function summarize(attestation: DeliveredAttestation): Summary {
  const { workflow, project, run, digest, statement } = attestation
  const predicate = predicateShape.safeParse(statement['predicate']).data
  const sections = [
    { title: 'Workflow', rows: workflowRows(attestation) },
    {
      title: 'Workflow Run',
      rows: [...runRows({ run, digest }), ...sorted(predicate?.annotations)],
    },
    ...(predicate?.materials ?? []).map((m) => ({ title: 'Material', rows: materialRows(m) })),
    { title: 'Environment Variables', rows: sorted(predicate?.env) },
  ]
  return {
    headline: `${project.name}/${workflow.name}: ${run.state}`,
    sections: sections.filter(({ rows }) => rows.length > 0),
    footer: `Full statement: chainloop workflow run describe --id ${run.id} --output statement`,
  }
}

function workflowRows({ workflow, project }: DeliveredAttestation): Section['rows'] {
  return [
    ['ID', workflow.id],
    ['Name', workflow.name],
    ['Project', project.name],
    ['Version', project.version],
  ]
}

function runRows({
  run,
  digest,
}: Pick<DeliveredAttestation, 'run' | 'digest'>): (readonly [string, string])[] {
  const rows: (readonly [string, string])[] = [
    ['ID', run.id],
    ['Attestation', digest],
    ['Started At', run.startedAt?.toUTCString() ?? ''],
    ['Finished At', run.finishedAt?.toUTCString() ?? ''],
    ['State', run.state],
    ['Runner', run.runnerType],
    ['Runner Link', run.runnerUrl],
  ]
  return rows.filter(([, value]) => value !== '')
}

const prefix = 'chainloop.material.'

function materialRows({
  name,
  digest,
  content,
  annotations: notes,
}: z.output<typeof material>): Section['rows'] {
  const [algorithm, hex] = Object.entries(digest)[0] ?? []
  const own = Object.entries(notes).filter(([key]) => !key.startsWith('chainloop.'))
  const rows: (readonly [string, string])[] = [
    ['Name', String(notes[`${prefix}name`] ?? '')],
    ['Type', String(notes[`${prefix}type`] ?? '')],
    [
      'Value',
      name ||
        Buffer.from(content ?? '', 'base64')
          .toString()
          .slice(0, 200),
    ],
    ['Digest', algorithm ? `${algorithm}:${hex}` : ''],
    ...sorted(Object.fromEntries(own.map(([key, value]) => [key, String(value)]))),
  ]
  return rows.filter(([, value]) => value !== '')
}

function sorted(values: Readonly<Record<string, string>> = {}): (readonly [string, string])[] {
  return Object.entries(values).toSorted(([a], [b]) => a.localeCompare(b))
}

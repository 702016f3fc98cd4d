import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { digestOf, writeMaterials } from './materials.ts'
import type { DeclaredWorkflow } from './workflow.ts'

export interface Attested {
  readonly digest: string
  /** Path and bytes of the bundle that push wrote. */
  readonly bundle: string
  readonly bytes: Buffer
  /** The in-toto statement in it. */
  readonly statement: Statement
  readonly materials: Readonly<Record<string, string>>
}

/** As much of a statement as the stories look at and lie about. */
export interface Statement {
  subject: { name: string; digest: Record<string, string> }[]
  predicate: {
    metadata: Record<string, string>
    materials: {
      name?: string
      digest: Record<string, string>
      annotations: Record<string, unknown>
    }[]
    [field: string]: unknown
  }
  [field: string]: unknown
}

/** A CI job that does everything right, on the command line. */
export async function attest(
  { workflow, project, job }: DeclaredWorkflow,
  folder: string,
  materials?: Readonly<Record<string, string>>,
): Promise<Attested> {
  const presented = materials ?? { ...(await writeMaterials(folder)) }
  const options = { cwd: folder, env: { TMPDIR: folder } }
  await job.chainloop(
    ['attestation', 'init', '--workflow', workflow, '--project', project, '--replace'],
    options,
  )
  for (const [name, value] of Object.entries(presented)) {
    await job.chainloop(['attestation', 'add', '--name', name, '--value', value], options)
  }
  const bundle = join(folder, 'bundle.json')
  await job.chainloop(['attestation', 'push', '--bundle', bundle], options)
  const bytes = await readFile(bundle)
  return {
    digest: digestOf(bytes),
    bundle,
    bytes,
    statement: statementOf(bytes),
    materials: presented,
  }
}

export function statementOf(bundle: Buffer): Statement {
  const { dsseEnvelope }: { dsseEnvelope: { payload: string } } = JSON.parse(bundle.toString())
  return JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString())
}

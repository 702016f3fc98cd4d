import type { Client } from '@chainloop/sdk/client'
import type { ReferencedFile } from '@chainloop/sdk/contracts/referenced-files'
import type { AppliedPolicy } from '@chainloop/sdk/model/policy'

import { defineCommand } from '../../core/command.ts'
import { EXIT, Refused, UsageError } from '../../core/exit.ts'
import { toFailure } from '../../core/failure.ts'
import { table } from '../../core/view.ts'
import type { Document } from '../contract/documents.ts'
import { withFiles } from '../contract/with-files.ts'
import { allowOutsideFiles } from './options.ts'

interface Applied {
  readonly source: string
  readonly name: string
  readonly kind?: string
  readonly status: string
  readonly version?: number
  readonly digest?: string
  /** Why it failed. */
  readonly reason?: string
}

export const policyApply = defineCommand({
  name: 'policy apply',
  summary: 'Store policies and groups for the contracts of the organization',
  details:
    'A document is stored under its own name, with a version where it says something else than the latest one. Scripts and policies that it refers to by file:// or by address become part of it; what it refers to by name is pinned. Scripts are compiled first. Contracts refer to it as NAME, NAME@VERSION or NAME@sha256:DIGEST. Ends with exit code 1 when one of the documents cannot be stored; the others are.',
  options: {
    policy: {
      type: 'list',
      short: 'f',
      placeholder: 'file|folder|url|-',
      help: 'document, a folder of .yaml, .yml and .json files, or - for the standard input',
      aliases: ['file'],
      positional: true,
    },
    dryRun: { type: 'boolean', help: 'only say what would happen' },
    allowOutsideFiles,
  },
  examples: [
    'chainloop policy apply -f policies/',
    'chainloop policy apply -f sbom.yaml --dry-run',
  ],

  async run(session, { policy, dryRun = false, allowOutsideFiles: allow }) {
    if (policy.length === 0) throw new UsageError('missing --policy <file|folder|url|->')
    const { contractDocuments } = await import('../contract/documents.ts')
    const documents = await contractDocuments(policy, session)
    const client = await session.client()
    const applied: Applied[] = []
    for (const document of inOrder(documents)) {
      applied.push(await applyDocument(client, document, { dryRun, allow }))
    }
    return { dryRun, applied }
  },

  view: ({ applied }) => [
    table(
      ['document', 'policy', 'kind', 'status', 'version', 'digest', ''],
      applied.map((one) => [
        one.source,
        one.name,
        one.kind,
        one.status,
        one.version,
        one.digest,
        one.reason,
      ]),
      { empty: 'there is no policy' },
    ),
  ],

  exit: ({ applied }) => {
    const failed = applied.filter(({ status }) => status === 'failed')
    if (failed.length === 0) return undefined
    const names = failed.map(({ source }) => source).join(', ')
    return { code: EXIT.failed, error: new Refused(`not applied: ${names}`) }
  },
})

/** Groups last: they may refer to policies beside them. In a folder, contracts and scripts of other kinds are no policies. */
function inOrder(documents: readonly Document[]): readonly Document[] {
  const policies = documents.filter(({ kind, found }) => !found || /^Policy(Group)?$/.test(kind))
  return policies.toSorted((a, b) => rank(a) - rank(b))
}

function rank({ kind }: Document): number {
  return kind === 'PolicyGroup' ? 1 : 0
}

async function applyDocument(
  client: Client,
  document: Document,
  { dryRun, allow }: { readonly dryRun: boolean; readonly allow: boolean | undefined },
): Promise<Applied> {
  const { source, name } = document
  try {
    const { bytes, files } = await withFiles(document, allow)
    const checked = await check(client, { document: bytes, files })
    const one = dryRun ? checked : await send(client, { document: bytes, files, dryRun })
    const { version, digest } = one.version
    return { source, name: one.name, kind: one.kind, status: one.status, version, digest }
  } catch (error) {
    const { message, exitCode, unmissable } = toFailure(error)
    if (exitCode === EXIT.bug || unmissable === true || isUnavailable(error)) throw error
    return { source, name, status: 'failed', reason: message }
  }
}

interface Wish {
  readonly document: Uint8Array
  readonly files: readonly ReferencedFile[]
  readonly dryRun?: boolean
}

async function send(
  client: Client,
  { document, files, dryRun = false }: Wish,
): Promise<AppliedPolicy> {
  const { toAppliedPolicy } = await import('@chainloop/sdk/model/policy')
  return toAppliedPolicy(
    await client.policies.apply({
      document: new Uint8Array(document),
      files: files.map(({ location, content }) => ({ location, content: new Uint8Array(content) })),
      dryRun,
    }),
  )
}

/** As it would be stored. Rejects with `Refused` for scripts that cannot run: they would have no verdict anywhere. */
async function check(client: Client, wish: Wish): Promise<AppliedPolicy> {
  const found = await send(client, { ...wish, dryRun: true })
  const { brokenScripts } = await import('@chainloop/sdk/policies/broken-scripts')
  const problems = await brokenScripts(Buffer.from(found.body), found.kind)
  if (problems.length > 0) throw new Refused(problems.join('; '))
  return found
}

/** gRPC status code. */
const UNAVAILABLE = 14

function isUnavailable(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === UNAVAILABLE
}

import type { RunDetails } from '@chainloop/sdk/model/attestation'
import type { Delivery } from '@chainloop/sdk/model/integration'
import type { Provenance } from '@chainloop/sdk/model/provenance'

import { defineCommand } from '../../core/command.ts'
import { Refused, UsageError } from '../../core/exit.ts'
import { record, table, text, type View } from '../../core/view.ts'
import { deliveryTable } from '../integration/view.ts'
import { bypassText, policiesText, policyView } from './policy-view.ts'
import { runnerName } from './runner-name.ts'

export const runDescribe = defineCommand({
  name: 'workflow run describe',
  summary: 'Show a run and what it attested',
  options: {
    id: { type: 'string', help: 'id of the run' },
    digest: { type: 'string', short: 'd', help: 'digest of its attestation' },
    verify: { type: 'boolean', help: 'have the server verify the bundle again' },
    full: { type: 'boolean', help: 'also where each field of the statement comes from' },
    bundle: {
      type: 'string',
      placeholder: 'path',
      help: 'write the bundle, byte for byte, to a file',
    },
    statement: { type: 'boolean', help: 'only the signed statement' },
  },

  async run(session, options) {
    const client = await session.client()
    const { toRunDetails } = await import('@chainloop/sdk/model/attestation')
    const { result } = await client.runs.view({
      ref: reference(options),
      verify: options.verify ?? false,
    })
    const details = toRunDetails(result)
    if (options.bundle !== undefined) {
      const { writeFile } = await import('node:fs/promises')
      await writeFile(options.bundle, bundleOf(details), { mode: 0o644 })
    }
    const { toDelivery } = await import('@chainloop/sdk/model/integration')
    const { deliveries } = await client.deliveries.list({
      runId: details.id,
      pagination: { limit: 100 },
    })
    const { runProvenance } = await import('@chainloop/sdk/verify/run-provenance')
    return {
      ...details,
      deliveries: deliveries.map(toDelivery),
      provenance: await runProvenance(client, details.id),
      ...(options.statement === true && { statement: await statementOf(details) }),
    }
  },

  view: (run, { full = false }) =>
    'statement' in run && run.statement ? [text(run.statement)] : runView({ ...run, full }),
})

function reference(options: {
  readonly id: string | undefined
  readonly digest: string | undefined
}) {
  const { id, digest } = options
  if (id !== undefined && digest === undefined) return { case: 'id', value: id } as const
  if (digest !== undefined && id === undefined) return { case: 'digest', value: digest } as const
  throw new UsageError('give --id or --digest, one of them')
}

function bundleOf({ bundle, id }: RunDetails): Uint8Array {
  if (bundle === undefined) throw new Refused(`the run ${id} has no attestation`)
  return bundle
}

async function statementOf(details: RunDetails): Promise<string> {
  const { readStatement } = await import('@chainloop/sdk/verify/read-statement')
  return readStatement(bundleOf(details))
}

interface Shown extends RunDetails {
  readonly provenance: Omit<Provenance, 'bundle'> | undefined
  readonly full: boolean
  readonly deliveries: readonly Delivery[]
}

function runView(run: Shown): View {
  const { verification } = run
  return [
    record([
      ['id', run.id],
      ['workflow', `${run.project}/${run.workflow}`],
      ['organization', run.organization],
      ['version', run.version],
      ['status', run.status],
      ['reason', run.reason],
      ['runner', runnerName(run.runner)],
      ['runner URL', run.runnerUrl],
      ['contract', `${run.contract} (revision ${run.contractRevision})`],
      ['attestation', run.attestationDigest],
      ['policies', policiesText(run)],
      ['bypass', bypassText(run)],
      ['guarantees', run.guarantees.join(', ')],
      ['provenance', run.provenance && provenanceText(run.provenance)],
      ['verified', verification && (verification.verified ? 'yes' : `no: ${verification.reason}`)],
      ['created', run.createdAt],
      ['finished', run.finishedAt],
      ...Object.entries(run.annotations).map(
        ([name, value]) => [`annotation ${name}`, value] as const,
      ),
    ]),
    ...(run.jobIdentity ? [identity(run.jobIdentity)] : []),
    ...(run.materials.length === 0 ? [] : [materials(run)]),
    ...policyView(run),
    ...(run.deliveries.length === 0 ? [] : [deliveryTable(run.deliveries, 'Deliveries')]),
    ...(run.full ? [fields(run)] : []),
  ]
}

function provenanceText(one: Omit<Provenance, 'bundle'>): string {
  if (one.state !== 'ready') {
    return one.lastError === '' ? one.state : `${one.state}: ${one.lastError}`
  }
  return `${one.digest}\nSLSA build level ${one.buildLevel}: ${one.levelReason}`
}

function identity(job: NonNullable<RunDetails['jobIdentity']>) {
  return record(
    [
      ['issuer', job.issuer],
      ['subject', job.subject],
      ['repository', job.repository],
      ['ref', job.ref],
      ['commit', job.commit],
      ['workflow', job.workflowRef],
      ['environment', job.environment],
      ['trigger', job.trigger],
      ['job', job.runUrl],
      ['trust rule', job.trustRule],
      ...Object.entries(job.claims).map(([name, value]) => [`claim ${name}`, value] as const),
    ],
    `Verified identity of the job (${job.platform})`,
  )
}

function placeOf({ uploaded, annotations }: RunDetails['materials'][number]): string {
  if (uploaded) return 'store'
  // What lies in a registry says of its tag whether it is the latest: images, and charts that are there.
  const isInRegistry = annotations['chainloop.material.image.is_latest_tag'] !== undefined
  return isInRegistry ? 'registry' : 'attestation'
}

function materials(run: RunDetails) {
  return table(
    ['name', 'type', 'value', 'digest', 'where'],
    run.materials.map((one) => [
      one.name,
      one.type,
      one.value || one.filename,
      one.digest,
      placeOf(one),
    ]),
    { empty: 'no materials', title: 'Materials' },
  )
}

function fields(run: RunDetails) {
  return table(
    ['field', 'source', 'status', 'what was looked at'],
    run.fields.map(({ field, source, verified, detail }) => [
      field,
      source,
      verified ? 'verified' : 'claimed',
      detail,
    ]),
    { empty: 'the server tells nothing about the fields', title: 'Fields of the statement' },
  )
}

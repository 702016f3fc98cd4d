import { record, table, text, type Block, type View } from '../../core/view.ts'
import { runnerName } from '../run/runner-name.ts'
import type { MaterialJson, StatusJson } from './status-json.ts'

/** The status for people: what is known, what was added, and everything that is outstanding. */
export function statusView(status: StatusJson, { full = false } = {}): View {
  return [
    general(status),
    ...materials(status.materials, full),
    ...variables(status, full),
    ...policies(status),
    outstanding(status),
  ]
}

function general(status: StatusJson): Block {
  const { workflowMeta: meta, runnerContext: runner } = status
  const version = meta.ProjectVersion
  return record([
    ['run', status.attestationID || 'dry run'],
    ['attestation', status.digest],
    ['organization', meta.Organization],
    ['workflow', `${meta.Project}/${meta.Name}`],
    ['version', version.version && `${version.version}${versionNote(status)}`],
    ['contract', `${meta.ContractName} (revision ${meta.ContractRevision})`],
    ['runner', runnerName(runner.RunnerType)],
    ['runner URL', runner.JobURL],
    ['started', new Date(status.initializedAt)],
    ['timestamps from', status.timestamp_authority],
    ['policies', status.must_block_on_policy_violations ? 'block by default' : 'advise by default'],
    ['see', status.attestation_view_url],
    ...status.annotations.map(
      ({ name, value }) => [`annotation ${name}`, value || '[not set]'] as const,
    ),
  ])
}

function versionNote({ workflowMeta, isPushed }: StatusJson): string {
  const { prerelease, markAsRelease } = workflowMeta.ProjectVersion
  if (markAsRelease) return isPushed ? ' (released)' : ' (will be released)'
  return prerelease ? ' (prerelease)' : ' (released already)'
}

function materials(list: readonly MaterialJson[], full: boolean): readonly Block[] {
  if (list.length === 0) return []
  return [
    table(
      full
        ? ['material', 'type', 'required', 'added', 'value', 'digest']
        : ['material', 'type', 'required', 'added'],
      list.map((one) => [
        one.name,
        one.type,
        one.group === '' ? (one.Required ? 'yes' : 'no') : `one of "${one.group}"`,
        one.Set,
        ...(full ? [one.value, one.hash] : []),
      ]),
      { empty: '', title: 'Materials' },
    ),
  ]
}

function variables({ envVars }: StatusJson, full: boolean): readonly Block[] {
  const entries = Object.entries(envVars)
  return full && entries.length > 0 ? [record(entries, 'Environment')] : []
}

function policies({ policy_evaluations: evaluations }: StatusJson): readonly Block[] {
  const rows = Object.values(evaluations).flatMap((list) =>
    list.map((one) => {
      const { name, gate, skipped, skipReasons, violations } = one as Evaluation
      const verdict = violations.length > 0 ? `${violations.length} violations` : 'passed'
      return [name, gate, skipped ? skipReasons.join(', ') : verdict]
    }),
  )
  return rows.length === 0
    ? []
    : [table(['policy', 'gate', 'result'], rows, { empty: '', title: 'Policies' })]
}

interface Evaluation {
  readonly name: string
  readonly gate: boolean
  readonly skipped: boolean
  readonly skipReasons: readonly string[]
  readonly violations: readonly unknown[]
}

function outstanding({ outstanding: missing, isPushed }: StatusJson): Block {
  if (isPushed) return text('')
  if (missing.length === 0)
    return text('nothing is outstanding: `chainloop attestation push` finishes it')
  return text('outstanding:', ...missing.map((one) => `  - ${one}`))
}

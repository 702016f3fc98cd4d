import { record, type RecordBlock, table, type View } from '../../core/view.ts'
import { shownBytes } from '../cas-backend/byte-count.ts'
import type { FollowedTask } from './follow-task.ts'

export function taskView({ task, problems }: FollowedTask): View {
  const fields = record([
    ['task', task.id],
    ['kind', task.dryRun ? `${task.kind}, only counted` : task.kind],
    ['state', task.cancelling && task.state === 'running' ? 'ending' : task.state],
    ['backend', task.backend],
    ['to', task.target || undefined],
    ...countsOf(task),
    ['problems', task.problems],
    ['error', task.error || undefined],
    ['started', task.createdAt],
    ['finished', task.finishedAt],
  ])
  if (problems.length === 0) return [fields]
  const rows = problems.map(({ digest, kind, detail }) => [digest, kind, detail])
  return [fields, table(['digest', 'problem', 'detail'], rows, { empty: '' })]
}

function countsOf({ kind, ...task }: FollowedTask['task']): RecordBlock['fields'] {
  if (kind === 'collection') {
    return [
      ['removed', task.removed],
      ['marked', task.marked],
    ]
  }
  return [
    ['artifacts', `${task.done} of ${task.total}`],
    ['read', task.bytes > 0 ? shownBytes(task.bytes) : undefined],
    ['runs that still write', task.openRuns > 0 ? task.openRuns : undefined],
  ]
}

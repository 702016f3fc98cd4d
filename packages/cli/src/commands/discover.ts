import type { Referrer } from '@chainloop/sdk/model/referrer'

import { defineCommand } from '../core/command.ts'
import { printable } from '../core/printable.ts'
import { text } from '../core/view.ts'

export const discover = defineCommand({
  name: 'discover',
  summary: 'Show what a digest is connected with',
  options: {
    digest: {
      type: 'string',
      short: 'd',
      required: true,
      help: 'sha256:<hex>, or sha1:<hex> of a commit',
    },
    kind: { type: 'string', short: 'k', help: 'only when it is of this kind' },
    project: { type: 'string', help: 'only in this project' },
    version: { type: 'string', help: 'only in this project version' },
    limit: { type: 'integer', default: 20, help: 'references per page' },
    next: { type: 'string', placeholder: 'cursor', help: 'continue a list' },
  },

  async run(session, options) {
    const client = await session.client()
    const { toReferrer } = await import('@chainloop/sdk/model/referrer')
    const { result, pagination } = await client.referrers.discoverPrivate({
      digest: options.digest,
      kind: options.kind ?? '',
      projectName: options.project ?? '',
      projectVersion: options.version ?? '',
      pagination: { limit: options.limit, cursor: options.next ?? '' },
    })
    return { ...toReferrer(result), next: pagination?.nextCursor ?? '' }
  },

  view: ({ next, ...referrer }) => [
    text(...tree(referrer, '', '')),
    ...(next === '' ? [] : [text(`more: --next ${next}`)]),
  ],
})

function tree(referrer: Referrer, lead: string, indent: string): readonly string[] {
  const { references } = referrer
  return [
    `${lead}${printable(line(referrer))}`,
    ...references.flatMap((one, index) => {
      const isLast = index === references.length - 1
      return tree(one, `${indent}${isLast ? '└─ ' : '├─ '}`, `${indent}${isLast ? '   ' : '│  '}`)
    }),
  ]
}

function line({ kind, digest, metadata, downloadable }: Referrer): string {
  const name = metadata['name'] ?? metadata['workflowName'] ?? ''
  return [kind, name, digest, downloadable ? '(downloadable)' : '']
    .filter((part) => part !== '')
    .join('  ')
}

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
    depth: { type: 'integer', default: 1, help: 'levels of references, up to 10' },
    referenceKind: {
      type: 'list',
      placeholder: 'kind',
      help: 'only references of this kind, and what leads to them',
    },
    shared: { type: 'boolean', help: 'also what other organizations share with this one' },
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
      depth: options.depth,
      referenceKinds: [...options.referenceKind],
      includeShared: options.shared ?? false,
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
      const isLast = index === references.length - 1 && !referrer.hasMore
      return tree(one, `${indent}${isLast ? '└─ ' : '├─ '}`, `${indent}${isLast ? '   ' : '│  '}`)
    }),
    ...(referrer.hasMore ? [`${indent}└─ and more`] : []),
  ]
}

function line({ kind, digest, metadata, downloadable, organization }: Referrer): string {
  const name = metadata['name'] ?? metadata['workflowName'] ?? ''
  return [
    kind,
    name,
    digest,
    organization && `of ${organization}`,
    downloadable ? '(downloadable)' : '',
  ]
    .filter((part) => part !== '')
    .join('  ')
}

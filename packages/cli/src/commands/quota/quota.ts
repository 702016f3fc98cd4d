import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { table, text } from '../../core/view.ts'

export const quotaList = defineCommand({
  name: 'organization quota list',
  summary: 'Show how much the organization may use, and uses',
  options: {},

  async run(session) {
    const client = await session.client()
    const { toQuota } = await import('@chainloop/sdk/model/quota')
    const { quotas } = await client.quotas.list({})
    return { quotas: quotas.map(toQuota) }
  },

  view: ({ quotas }) => [
    table(
      ['resource', 'used', 'limit', 'set for'],
      quotas.map((one) => [
        one.resource,
        String(one.used),
        limitText(one.limit),
        one.isDefault ? 'everybody' : 'this organization',
      ]),
      { empty: 'nothing is limited' },
    ),
  ],
})

export const quotaSet = defineCommand({
  name: 'organization quota set',
  summary: 'Change how much an organization may use; for who looks after the instance',
  options: {
    resource: {
      type: 'string',
      choices: ['stored-bytes', 'runs-per-day', 'projects', 'api-tokens'],
      required: true,
      help: 'what is limited',
    },
    limit: {
      type: 'string',
      required: true,
      placeholder: 'number',
      help: 'a number, `unlimited`, or `default` for what the instance gives everybody',
    },
  },
  examples: ['chainloop --org acme organization quota set --resource projects --limit 50'],

  async run(session, { resource, limit }) {
    const value = readLimit(limit)
    const client = await session.client()
    const { quotaResource, toQuota } = await import('@chainloop/sdk/model/quota')
    const known = quotaResource.names.find((name) => name === resource) ?? 'projects'
    const { quota } = await client.quotas.set({ resource: quotaResource.numberOf(known), value })
    return toQuota(quota)
  },

  view: ({ resource, limit, used }) => [text(`${resource}: ${limitText(limit)}, ${used} in use`)],
})

function limitText(limit: number | undefined): string {
  return limit === undefined ? 'unlimited' : String(limit)
}

type LimitValue =
  | { readonly case: 'limit'; readonly value: bigint }
  | { readonly case: 'unlimited' | 'default'; readonly value: true }

function readLimit(typed: string): LimitValue {
  if (typed === 'unlimited' || typed === 'default') return { case: typed, value: true }
  if (!/^\d{1,15}$/.test(typed)) {
    throw new UsageError('--limit must be a number, unlimited or default')
  }
  return { case: 'limit', value: BigInt(typed) }
}

import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { table, text } from '../../core/view.ts'
import { kind, kindNumber } from './options.ts'

export const policyDefaultSet = defineCommand({
  name: 'policy default set',
  summary: 'Let a stored policy judge every run of the organization',
  details:
    'Whatever the contracts say. The version that the name stands for now is pinned; name the policy again to take another one. Counts for runs that are opened from now on.',
  options: {
    policy: {
      type: 'string',
      required: true,
      placeholder: 'name[@version]',
      help: 'name, name@version or name@sha256:digest',
    },
    kind,
    input: { type: 'pairs', help: 'an input of the policy' },
    gate: {
      type: 'boolean',
      negatable: true,
      help: 'a violation blocks (default: what the organization says)',
    },
    shadow: { type: 'boolean', help: 'only record what it finds, to see what it would do' },
  },
  examples: ['chainloop policy default set --policy sbom-small --shadow'],

  async run(session, { policy: reference, kind: typed, input, gate, shadow = false }) {
    const client = await session.client()
    const { toDefaultPolicy } = await import('@chainloop/sdk/model/policy')
    const wanted = { reference, kind: await kindNumber(typed), with: { ...input }, shadow }
    const answer = await client.policies.setDefault({
      ...wanted,
      ...(gate !== undefined && { gate }),
    })
    return toDefaultPolicy(answer.default)
  },

  view: ({ name, version, shadow }) => [
    text(`${name}@${version} judges every new run${shadow ? ', in shadow mode' : ''}`),
  ],
})

export const policyDefaultList = defineCommand({
  name: 'policy default list',
  summary: 'List what judges every run',
  options: {},

  async run(session) {
    const client = await session.client()
    const { toDefaultPolicy } = await import('@chainloop/sdk/model/policy')
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const found = await allPages(
      (page) => client.policies.listDefaults(page),
      ({ defaults }) => defaults,
    )
    return { defaults: found.map(toDefaultPolicy) }
  },

  view: ({ defaults }) => [
    table(
      ['name', 'kind', 'version', 'gate', 'shadow', 'inputs', 'by', 'since'],
      defaults.map((one) => [
        one.name,
        one.kind,
        one.version,
        one.gate === undefined ? 'as the organization says' : one.gate,
        one.shadow,
        Object.entries(one.with)
          .map(([name, value]) => `${name}=${value}`)
          .join('\n'),
        one.createdBy,
        one.createdAt,
      ]),
      { empty: 'runs are judged by their contracts alone' },
    ),
  ],
})

export const policyDefaultRemove = defineCommand({
  name: 'policy default remove',
  summary: 'Let the contracts alone decide about a policy again',
  options: {
    policy: { type: 'string', required: true, help: 'name of the policy' },
    kind: { type: 'string', choices: ['policy', 'group'], default: 'policy', help: 'what it is' },
  },

  async run(session, { policy, kind: typed }) {
    await confirm(session, `Judge new runs without the default ${policy}?`)
    const client = await session.client()
    await client.policies.removeDefault({ name: policy, kind: await kindNumber(typed) })
    return { removed: policy }
  },

  view: ({ removed }) => [text(`${removed} is no default any more`)],
})

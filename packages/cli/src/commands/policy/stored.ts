import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { Refused } from '../../core/exit.ts'
import { record, table, text } from '../../core/view.ts'
import { kind, kindNumber } from './options.ts'

export const policyList = defineCommand({
  name: 'policy list',
  summary: 'List what the organization has stored',
  options: {
    kind: { type: 'string', choices: ['policy', 'group'], help: 'only policies, or only groups' },
  },

  async run(session, options) {
    const client = await session.client()
    const { toStoredPolicy } = await import('@chainloop/sdk/model/policy')
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const wanted = await kindNumber(options.kind)
    const found = await allPages(
      (page) => client.policies.list({ kind: wanted, ...page }),
      ({ policies }) => policies,
    )
    const byName = (one: { name: string }, other: { name: string }): number =>
      one.name < other.name ? -1 : 1
    return { policies: found.map(toStoredPolicy).toSorted(byName) }
  },

  view: ({ policies }) => [
    table(
      ['name', 'kind', 'version', 'description', 'updated'],
      policies.map((one) => [
        one.name,
        one.kind,
        one.latestVersion,
        one.description,
        one.updatedAt,
      ]),
      { empty: 'no policy is stored: `chainloop policy apply -f FILE`' },
    ),
  ],
})

export const policyDescribe = defineCommand({
  name: 'policy describe',
  summary: 'Show a stored policy or group, its versions and the contracts that use it',
  options: {
    name: {
      type: 'string',
      required: true,
      placeholder: 'name[@version]',
      help: 'name, name@version or name@sha256:digest',
    },
    kind,
    raw: { type: 'boolean', help: 'only the text, byte for byte' },
  },
  examples: ['chainloop policy describe --name sbom-small@2 --raw'],

  async run(session, { name: reference, kind: typed }) {
    const client = await session.client()
    const { toStoredPolicyDetails } = await import('@chainloop/sdk/model/policy')
    const wish = { reference, kind: await kindNumber(typed) }
    return toStoredPolicyDetails(await client.policies.describe(wish))
  },

  view: (policy, { raw }) =>
    raw === true
      ? [text(policy.body.replace(/\n$/, ''))]
      : [
          record([
            ['name', policy.name],
            ['kind', policy.kind],
            ['description', policy.description],
            ['version', policy.version.version],
            ['digest', policy.version.digest],
            ['applied by', policy.version.createdBy],
            ['applied', policy.version.createdAt],
            ['contracts', policy.contracts.join('\n')],
          ]),
          table(
            ['version', 'digest', 'by', 'applied'],
            policy.versions.map((one) => [one.version, one.digest, one.createdBy, one.createdAt]),
            { empty: '', title: 'Versions' },
          ),
          text(policy.body.trimEnd()),
        ],
})

export const policyDiff = defineCommand({
  name: 'policy diff',
  summary: 'Compare two versions of a stored policy or group',
  options: {
    name: { type: 'string', required: true, help: 'name of the policy' },
    kind,
    from: { type: 'integer', help: 'older version (default: the one before)' },
    to: { type: 'integer', help: 'newer version (default: the latest)' },
  },
  examples: ['chainloop policy diff --name sbom-small --from 1 --to 2'],

  async run(session, { name, kind: typed, from, to }) {
    const client = await session.client()
    const { toStoredPolicyDetails } = await import('@chainloop/sdk/model/policy')
    const { textDifference } = await import('../contract/differences.ts')
    const number = await kindNumber(typed)
    const describe = async (version: number | undefined) => {
      const reference = version === undefined ? name : `${name}@${version}`
      const wish = { reference, kind: number }
      const { body, version: found } = toStoredPolicyDetails(await client.policies.describe(wish))
      return { body, version: found.version, label: `${name}@${found.version}` }
    }
    const after = await describe(to)
    if (from === undefined && after.version === 1) {
      throw new Refused(`${name} has one version: there is nothing to compare it with`)
    }
    const before = await describe(from ?? after.version - 1)
    const difference = await textDifference(before, after)
    return { name, from: before.version, to: after.version, text: difference }
  },

  view: ({ name, from, to, text: difference }) => [
    text(
      difference === '' ? `${name}@${from} and ${name}@${to} say the same` : difference.trimEnd(),
    ),
  ],
})

export const policyDelete = defineCommand({
  name: 'policy delete',
  summary: 'Delete a stored policy or group',
  details:
    'Contracts and runs keep what they are closed over; a contract that refers to the name cannot be applied again.',
  options: {
    name: { type: 'string', required: true, help: 'name of the policy' },
    kind: { type: 'string', choices: ['policy', 'group'], default: 'policy', help: 'what it is' },
  },

  async run(session, { name, kind: typed }) {
    await confirm(session, `Delete the ${typed} ${name}?`)
    const client = await session.client()
    await client.policies.delete({ name, kind: await kindNumber(typed) })
    return { deleted: name }
  },

  view: ({ deleted }) => [text(`deleted ${deleted}`)],
})

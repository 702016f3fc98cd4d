import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { table, text } from '../../core/view.ts'

export const builderSet = defineCommand({
  name: 'organization builder set',
  summary: 'Say up to which SLSA build level a builder is believed',
  details:
    'A builder is a reusable workflow at a commit, of jobs that prove themselves by tokens of --issuer; or the builder.id of provenances that --signer signs, which is a signer of materials. What is not in the map gets level 2 at most. Effective with the next provenance or summary.',
  options: {
    builder: {
      type: 'string',
      required: true,
      help: 'acme/ci/.github/workflows/build.yml@<commit>, or a builder.id',
    },
    maxLevel: { type: 'integer', required: true, help: '1, 2 or 3' },
    issuer: { type: 'string', placeholder: 'url', help: 'OIDC issuer of the jobs' },
    signer: { type: 'string', placeholder: 'name', help: 'signer of the provenances' },
  },
  examples: [
    'chainloop organization builder set --issuer https://token.actions.githubusercontent.com --builder acme/ci/.github/workflows/build.yml@0123456789abcdef0123456789abcdef01234567 --max-level 3',
  ],

  async run(session, { builder, maxLevel, issuer, signer }) {
    const vouchedBy = vouching(issuer, signer)
    const client = await session.client()
    const { toBuilder } = await import('@chainloop/sdk/model/provenance')
    const { builder: kept } = await client.builders.set({ vouchedBy, builder, maxLevel })
    return toBuilder(kept)
  },

  view: ({ builder, maxLevel }) => [text(`${builder} is believed up to level ${maxLevel}`)],
})

function vouching(issuer: string | undefined, signer: string | undefined) {
  if (issuer !== undefined && signer === undefined) {
    return { case: 'issuer', value: issuer } as const
  }
  if (signer !== undefined && issuer === undefined) {
    return { case: 'signerName', value: signer } as const
  }
  throw new UsageError('give --issuer or --signer, one of them')
}

export const builderList = defineCommand({
  name: 'organization builder list',
  summary: 'List which builders are believed, and how far',
  options: {},

  async run(session) {
    const client = await session.client()
    const { toBuilder } = await import('@chainloop/sdk/model/provenance')
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const found = await allPages(
      (pagination) => client.builders.list({ pagination }),
      ({ builders }) => builders,
    )
    return { builders: found.map(toBuilder) }
  },

  view: ({ builders }) => [
    table(
      ['id', 'builder', 'up to level', 'by'],
      builders.map((one) => [
        one.id,
        one.builder,
        String(one.maxLevel),
        one.issuer || `signer ${one.signer}`,
      ]),
      { empty: 'no builder is named: level 2 is the highest' },
    ),
  ],
})

export const builderRemove = defineCommand({
  name: 'organization builder remove',
  summary: 'Believe a builder no further than any other',
  options: { id: { type: 'string', required: true, help: 'id of the entry' } },

  async run(session, { id }) {
    const client = await session.client()
    await client.builders.remove({ id })
    return { id }
  },

  view: ({ id }) => [text(`builder ${id} removed`)],
})

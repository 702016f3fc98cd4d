import { defineCommand } from '../../core/command.ts'
import { Refused, UsageError } from '../../core/exit.ts'
import { table } from '../../core/view.ts'

export const attestationProvenance = defineCommand({
  name: 'attestation provenance',
  summary: 'Show how artifacts were made, as the control plane has signed it',
  options: {
    digest: { type: 'string', short: 'd', help: 'sha256:<hex> of an artifact' },
    run: { type: 'string', placeholder: 'id', help: 'id of a run' },
    bundle: {
      type: 'string',
      placeholder: 'path',
      help: 'write the newest one, a Sigstore bundle, to a file',
    },
  },

  async run(session, { digest, run, bundle }) {
    if ((digest === undefined) === (run === undefined)) {
      throw new UsageError('give --digest or --run, one of them')
    }
    const client = await session.client()
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const { toProvenance } = await import('@chainloop/sdk/model/provenance')
    const provenances =
      run === undefined
        ? (
            await allPages(
              (pagination) => client.provenances.list({ digest: digest ?? '', pagination }),
              (answer) => answer.provenances,
            )
          ).map(toProvenance)
        : [toProvenance((await client.provenances.get({ runId: run })).provenance)]
    if (bundle !== undefined) {
      const newest = provenances.find(({ state }) => state === 'ready')
      if (!newest) throw new Refused('the provenance is pending', 'it is made by itself; ask again')
      const { writeFile } = await import('node:fs/promises')
      await writeFile(bundle, newest.bundle)
    }
    return { provenances: provenances.map(({ bundle: _bundle, ...shown }) => shown) }
  },

  view: ({ provenances }) => [
    table(
      ['run', 'state', 'artifacts', 'level', 'because', 'builder', 'provenance'],
      provenances.map((one) => [
        one.runId,
        one.state,
        one.subjects.map(({ name }) => name).join('\n'),
        one.state === 'ready' ? String(one.buildLevel) : '',
        one.levelReason || one.lastError,
        one.builder,
        one.digest,
      ]),
      { empty: 'no run has made it' },
    ),
  ],
})

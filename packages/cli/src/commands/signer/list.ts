import { defineCommand } from '../../core/command.ts'
import { table } from '../../core/view.ts'

export const signerList = defineCommand({
  name: 'organization signer list',
  summary: 'List whose signatures count besides those of the runs',
  options: {
    project: { type: 'string', short: 'p', help: 'only those who may sign for this project' },
  },

  async run(session, { project }) {
    const client = await session.client()
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const { toRegisteredSigner } = await import('@chainloop/sdk/model/signer')
    const signers = await allPages(
      (pagination) => client.signers.list({ projectName: project ?? '', pagination }),
      (page) => page.signers,
    )
    return { signers: signers.map(toRegisteredSigner) }
  },

  view: ({ signers }) => [
    table(
      ['name', 'for', 'kind', 'fingerprint', 'identity', 'projects', 'until'],
      signers.map((one) => [
        one.name,
        one.purpose,
        one.algorithm === '' ? one.kind : `${one.kind} (${one.algorithm})`,
        one.fingerprint,
        one.identity,
        one.projects.length === 0 ? 'all' : one.projects.join(', '),
        one.notAfter?.toISOString() ?? '',
      ]),
      { empty: 'there are no signers: only certificates of the control plane sign' },
    ),
  ],
})

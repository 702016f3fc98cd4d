import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { startProgress } from '../../core/progress.ts'
import { record } from '../../core/view.ts'

export const artifactDownload = defineCommand({
  name: 'artifact download',
  summary: 'Fetch an artifact by its digest',
  details: 'What arrives is hashed; only bytes with this very digest get the name of the file.',
  options: {
    digest: { type: 'string', short: 'd', required: true, help: 'sha256:<hex>' },
    path: {
      type: 'string',
      placeholder: 'folder',
      help: 'where to put it, under the name it was stored with',
    },
    file: {
      type: 'string',
      placeholder: 'path',
      help: 'the file to write, replaced if it is there; - is the standard output',
    },
  },

  async run(session, { digest, path, file: named }) {
    const { output } = session.flags
    const file = named ?? (output === 'json' || output === 'table' ? undefined : output)
    if (path !== undefined && file !== undefined) {
      throw new UsageError('give --path or --file, not both')
    }
    const client = await session.client()
    const { downloadArtifact, downloadToStream } = await import('@chainloop/sdk/cas/download')
    if (file === '-') return downloadToStream(client, digest, process.stdout)

    using progress = startProgress(session.io, `downloading ${digest.slice(0, 19)}`, undefined)
    return downloadArtifact(client, digest, {
      directory: path,
      file,
      onProgress: progress.report,
    })
  },

  view: ({ path, name, digest, size }) =>
    path === ''
      ? []
      : [
          record([
            ['name', name],
            ['digest', digest],
            ['bytes', size],
            ['file', path],
          ]),
        ],
})

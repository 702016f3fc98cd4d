import { defineCommand } from '../../core/command.ts'
import { startProgress } from '../../core/progress.ts'
import { record } from '../../core/view.ts'

export const artifactUpload = defineCommand({
  name: 'artifact upload',
  summary: 'Put a file into the store, outside any run',
  options: {
    file: { type: 'string', short: 'f', required: true, placeholder: 'path', help: 'the file' },
    project: { type: 'string', help: "the project it will belong to; default: the token's own" },
  },

  async run(session, { file, project }) {
    const client = await session.client()
    const { localFile } = await import('@chainloop/sdk/cas/local-file')
    const { uploadArtifact } = await import('@chainloop/sdk/cas/upload-artifact')
    const blob = await localFile(file)
    using progress = startProgress(session.io, `uploading ${blob.name}`, blob.size)
    return uploadArtifact(client, blob, { project, onProgress: progress.report })
  },

  view: ({ name, digest, size, backend }) => [
    record([
      ['name', name],
      ['digest', digest],
      ['bytes', size],
      ['store', backend],
    ]),
  ],
})

import { writeFile } from 'node:fs/promises'

import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { record } from '../../core/view.ts'

export const attestationExport = defineCommand({
  name: 'attestation export',
  summary: 'Write the bundle of an attestation to a file',
  details:
    'As it was received, byte for byte. With --with-proof a copy that carries the proof that it is in the transparency log: it passes other verifiers with `signing trusted-root --with-log`, and has a digest of its own. What is stored never changes.',
  options: {
    digest: { type: 'string', short: 'd', help: 'sha256:<hex> of the attestation' },
    run: { type: 'string', placeholder: 'id', help: 'id of its run' },
    withProof: { type: 'boolean', help: 'add the proof of the transparency log' },
    file: { type: 'string', placeholder: 'path', required: true, help: 'the file to write' },
  },
  examples: ['chainloop attestation export --run RUN --with-proof --file attestation.json'],

  async run(session, { digest, run, withProof, file }) {
    const { parseDigest } = await import('@chainloop/attestation/digest')
    const { exportAttestation } = await import('@chainloop/sdk/transparency/export-attestation')
    const ref = digest === undefined ? { runId: run ?? '' } : { digest: parseDigest(digest) }
    if ((digest === undefined) === (run === undefined)) {
      throw new UsageError('give --digest or --run, one of them')
    }
    const exported = await exportAttestation(await session.client(), { ref, withProof })
    await writeFile(file, exported.bundle)
    return { digest: exported.digest, exportDigest: exported.exportDigest, file }
  },

  view: ({ digest, exportDigest, file }) => [
    record([
      ['attestation', digest],
      ['file', file],
      ['digest of the file', exportDigest],
    ]),
  ],
})

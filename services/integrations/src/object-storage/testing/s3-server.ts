import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import S3rver from '@20minutes/s3rver'

export interface S3Server extends AsyncDisposable {
  readonly url: string
  readonly accessKeyID: string
  readonly secretAccessKey: string
  /** Keys of the bucket `one`. */
  keys(): Promise<string[]>
  /** Content and metadata of an object in the bucket `one`. */
  object(key: string): Promise<{ readonly content: Buffer; readonly metadata: unknown }>
}

/** A server that speaks S3, with the bucket `one`. It checks no signatures; versitygw does, in `npm run interop`. */
export async function startS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'chainloop-s3-'))
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    allowMismatchedSignatures: true,
    directory,
    configureBuckets: [{ name: 'one' }],
  })
  const { port } = await server.run()
  const bucket = join(directory, 'one')
  const ending = '._S3rver_object'
  return {
    url: `http://127.0.0.1:${port}`,
    accessKeyID: 'S3RVER',
    secretAccessKey: 'S3RVER',
    async keys() {
      const files = await readdir(bucket, { recursive: true })
      return files
        .filter((file) => file.endsWith(ending))
        .map((file) => file.slice(0, -ending.length))
        .toSorted()
    },
    async object(key) {
      const metadata = await readFile(join(bucket, `${key}._S3rver_metadata.json`), 'utf8')
      return {
        content: await readFile(join(bucket, key + ending)),
        metadata: JSON.parse(metadata),
      }
    },
    async [Symbol.asyncDispose]() {
      server.httpServer.closeAllConnections()
      await server.close()
      await rm(directory, { recursive: true })
    },
  }
}

import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import S3rver from '@20minutes/s3rver'

import { filesBelow, temporaryDirectory } from '../temporary-directory.ts'

/** An S3 server that may be filled. */
export interface S3Server extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly credentials: { readonly accessKeyID: string; readonly secretAccessKey: string }
  /** Files of uploads that were neither completed nor aborted. */
  openUploads(): Promise<number>
}

/** Buckets `one` and `two`. The server knows no AbortMultipartUpload, so that is added here. */
export async function startS3Server(): Promise<S3Server> {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory())
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    // It mistakes the path of a bucket, and would refuse every list; versitygw checks signatures in `npm run interop`.
    allowMismatchedSignatures: true,
    directory: directory.path,
    serviceEndpoint: 'localhost',
    configureBuckets: [{ name: 'one' }, { name: 'two' }],
  })
  server.middleware.unshift(async (ctx, next) => {
    const { uploadId } = ctx.query
    if (ctx.method !== 'DELETE' || !uploadId) return next()
    const [, bucket = ''] = ctx.path.split('/')
    await rm(join(directory.path, bucket, `._S3rver_uploads`, uploadId), { recursive: true })
    ctx.status = 204
  })
  const { port } = await server.run()
  stack.defer(async () => {
    server.httpServer.closeAllConnections()
    await server.close()
  })
  const open = stack.move()
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    credentials: { accessKeyID: 'S3RVER', secretAccessKey: 'S3RVER' },
    async openUploads() {
      const files = await filesBelow(directory.path)
      return files.filter((file) => file.includes('uploads')).length
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

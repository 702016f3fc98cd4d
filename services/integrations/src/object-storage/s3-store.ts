import { Readable } from 'node:stream'

import { DeleteObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { PluginAgents } from '@chainloop/plugin-sdk/egress'

import type { NewObject, ObjectStore } from './object-store.ts'
import { toStorageError } from './storage-error.ts'

export interface S3Options {
  readonly bucket: string
  /** Absent: AWS. */
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  readonly accessKeyID: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  readonly agents: PluginAgents
  readonly signal: AbortSignal
}

const partSize = 8 << 20

export function openS3({ bucket, signal, ...options }: S3Options): ObjectStore {
  const client = new S3Client(clientSettings(options))
  return {
    async put(object) {
      const upload = new Upload({
        client,
        params: { Bucket: bucket, ...paramsOf(object) },
        partSize,
        queueSize: 1,
      })
      const stop = (): void => void upload.abort()
      signal.addEventListener('abort', stop, { once: true })
      try {
        await upload.done()
      } catch (cause) {
        signal.throwIfAborted()
        throw s3Error(cause)
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    async remove(key) {
      const command = new DeleteObjectCommand({ Bucket: bucket, Key: key })
      await client.send(command, { abortSignal: signal }).catch((cause: unknown) => {
        throw s3Error(cause)
      })
    },
    [Symbol.dispose]: () => client.destroy(),
  }
}

function paramsOf({ key, contentType, metadata, content }: NewObject) {
  const body = content instanceof Uint8Array ? content : Readable.from(content)
  return { Key: key, Body: body, ContentType: contentType, Metadata: { ...metadata } }
}

function clientSettings(options: Omit<S3Options, 'bucket' | 'signal'>): S3ClientConfig {
  const { endpoint, region = 'us-east-1', agents, ...credentials } = options
  const { accessKeyID: accessKeyId, secretAccessKey, sessionToken } = credentials
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    forcePathStyle: endpoint !== undefined,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    requestHandler: {
      httpAgent: agents.http,
      httpsAgent: agents.https,
      connectionTimeout: 10_000,
      socketTimeout: 30_000,
    },
    // R2, Ceph and older MinIO refuse the SDK's own checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The queue tries again, and knows how often.
    maxAttempts: 1,
  }
}

function s3Error(cause: unknown): unknown {
  const { $metadata } = (cause ?? {}) as { readonly $metadata?: { httpStatusCode?: number } }
  return toStorageError(cause, $metadata?.httpStatusCode)
}

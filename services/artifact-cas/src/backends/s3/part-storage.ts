import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { conflict } from '@chainloop/kit/errors'

import type { Digest } from '../../digest.ts'
import { hexOf } from '../../digest.ts'
import type { BlobInfo } from '../backend.ts'
import { AUTHOR, isOurs, nameFrom, nameMetadata } from '../remote/names.ts'
import type { Outcome, PartStorage, PartUpload, SentBlob } from '../remote/put-in-parts.ts'
import { answerOf, s3Error } from './errors.ts'

/** AWS: "Amazon S3 multipart upload limits". */
const MAX_PARTS = 10_000
const PARALLEL_PARTS = 3
const UTF8_NAME = 'filename-utf8'

export interface Bucket {
  readonly client: S3Client
  readonly bucket: string
  readonly prefix: string
}

export function objectOf(
  { bucket, prefix }: Bucket,
  digest: Digest,
): { readonly Bucket: string; readonly Key: string } {
  return { Bucket: bucket, Key: `${prefix}${digest}` }
}

export function s3PartStorage(place: Bucket): PartStorage {
  return {
    parallelParts: PARALLEL_PARTS,
    maxParts: MAX_PARTS,
    keepsParts: false,
    stat: (digest) => statObject(place, digest),
    whole: (blob, content, known) => putObject(place, blob, { content, known }),
    begin: (blob) => beginUpload(place, blob),
  }
}

export async function statObject(place: Bucket, digest: Digest): Promise<BlobInfo | undefined> {
  try {
    const head = await place.client.send(new HeadObjectCommand(objectOf(place, digest)))
    const metadata = head.Metadata ?? {}
    if (!isOurs(metadata)) {
      throw conflict('there is an object of that digest that Chainloop has not stored', {
        reason: 'FOREIGN_OBJECT',
      })
    }
    return {
      digest,
      size: head.ContentLength ?? 0,
      name: nameFrom(metadata, UTF8_NAME) ?? hexOf(digest),
    }
  } catch (cause) {
    const { status, code } = answerOf(cause)
    if (status === 404 && code !== 'NoSuchBucket') return undefined
    throw s3Error(cause)
  }
}

function metadataOf({ name }: SentBlob): { Metadata: Record<string, string>; ContentType: string } {
  return {
    Metadata: { author: AUTHOR, ...nameMetadata(name, UTF8_NAME) },
    ContentType: 'application/octet-stream',
  }
}

async function putObject(
  place: Bucket,
  blob: SentBlob,
  { content, known }: { readonly content: Uint8Array; readonly known: boolean },
): Promise<Outcome> {
  const input = { ...objectOf(place, blob.digest), ...metadataOf(blob), Body: content }
  const send: Send = (condition) =>
    place.client.send(new PutObjectCommand({ ...input, ...condition }))
  if (blob.isThere && !known) return replaced(send)
  const outcome = await storedOnce(place, blob.digest, send)
  return known ? 'existed' : outcome
}

type Send = (condition: { readonly IfNoneMatch?: '*' }) => Promise<unknown>

/**
 * Makes an object only if there is none. Storage that knows no such condition is asked without: the bytes that it
 * then writes once more are the same, under the same name.
 */
async function storedOnce(place: Bucket, digest: Digest, send: Send): Promise<Outcome> {
  try {
    await send({ IfNoneMatch: '*' })
    return 'stored'
  } catch (cause) {
    const { status, code } = answerOf(cause)
    const taken = status === 412 || (status === 409 && code === 'ConditionalRequestConflict')
    if (taken && (await statObject(place, digest))) return 'existed'
    if (!taken && status !== 501) throw s3Error(cause)
  }
  return replaced(send)
}

/** A damaged object by a whole one, or nothing. */
async function replaced(send: Send): Promise<Outcome> {
  await send({}).catch(rethrow)
  return 'stored'
}

async function beginUpload(place: Bucket, blob: SentBlob): Promise<PartUpload> {
  const { client } = place
  const object = objectOf(place, blob.digest)
  const { UploadId } = await client
    .send(new CreateMultipartUploadCommand({ ...object, ...metadataOf(blob) }))
    .catch(rethrow)
  const upload = { ...object, UploadId }
  const parts: { ETag: string | undefined; PartNumber: number }[] = []
  const abort = async (): Promise<void> => {
    await client.send(new AbortMultipartUploadCommand(upload)).catch(rethrow)
  }
  return {
    async send(index, content) {
      const part = { PartNumber: index + 1, Body: content }
      const { ETag } = await client
        .send(new UploadPartCommand({ ...upload, ...part }))
        .catch(rethrow)
      parts[index] = { ETag, PartNumber: index + 1 }
    },
    async complete(known) {
      if (known) {
        await abort()
        return 'existed'
      }
      const whole = { ...upload, MultipartUpload: { Parts: parts } }
      const send: Send = (condition) =>
        client.send(new CompleteMultipartUploadCommand({ ...whole, ...condition }))
      if (blob.isThere) return replaced(send)
      const outcome = await storedOnce(place, blob.digest, send)
      if (outcome === 'existed') await abort()
      return outcome
    },
    abort,
  }
}

function rethrow(cause: unknown): never {
  throw s3Error(cause)
}

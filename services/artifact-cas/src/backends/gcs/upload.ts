import { unavailable } from '@chainloop/kit/errors'

import { AUTHOR } from '../remote/names.ts'
import type { Outcome, PartUpload, SentBlob } from '../remote/put-in-parts.ts'
import { rethrow, statusOf } from './client.ts'
import { type Bucket, isThere as hasObject, nameOf } from './objects.ts'

/** Google: "Resumable uploads": parts of uploads that are not over come in multiples of this. */
const UNIT = 256 << 10
const MORE = 308
const CANCELLED = 499

/**
 * A resumable upload. An object appears when its last byte and its size are sent, which happens in `complete`; what
 * came before is forgotten when it is cancelled.
 */
export async function beginUpload(bucket: Bucket, blob: SentBlob): Promise<PartUpload> {
  const session = await openSession(bucket, blob)
  let sent = 0
  let tail = new Uint8Array(0)

  async function put(content: Uint8Array, total: number | '*'): Promise<number> {
    const end = sent + content.byteLength
    const range = content.byteLength === 0 ? '*' : `${sent}-${end - 1}`
    const headers = { 'content-range': `bytes ${range}/${total}` }
    const request = { method: 'PUT', url: session, headers, body: content } as const
    const answer = await bucket.send(request, [200, 201, MORE])
    return answer.status === MORE ? persisted(answer.headers) : end
  }

  async function cancel(): Promise<void> {
    await bucket.send({ method: 'DELETE', url: session }, [204, 404, 410, CANCELLED]).catch(rethrow)
  }

  async function finish(): Promise<Outcome> {
    const total = sent + tail.byteLength
    try {
      const end = await put(tail, total)
      if (end !== total) throw unavailable(`the storage has ${end} of ${total} bytes`)
      return 'stored'
    } catch (cause) {
      const taken = statusOf(cause) === 412 && (await hasObject(bucket, blob.digest))
      return taken ? 'existed' : rethrow(cause)
    }
  }

  return {
    async send(_index, content) {
      if (content.byteLength % UNIT !== 0) {
        // The last part: kept until everything is verified.
        tail = new Uint8Array(content)
        return
      }
      const end = sent + content.byteLength
      for (
        let rest = content;
        sent < end;
        rest = content.subarray(content.byteLength - end + sent)
      ) {
        const now = await put(rest, '*').catch(rethrow)
        if (now <= sent || now > end) throw unavailable(`the storage has ${now} of ${end} bytes`)
        sent = now
      }
    },
    async complete(known) {
      if (!known) return finish()
      if (tail.byteLength > 0) await put(tail, '*').catch(rethrow)
      await cancel()
      return 'existed'
    },
    abort: cancel,
  }
}

async function openSession(bucket: Bucket, { digest, name, isThere }: SentBlob): Promise<string> {
  const { endpoint, send } = bucket
  const object = encodeURIComponent(nameOf(bucket, digest))
  const body = JSON.stringify({
    contentType: 'application/octet-stream',
    metadata: { author: AUTHOR, filename: name },
  })
  const where = `${endpoint}/upload/storage/v1/b/${bucket.bucket}/o`
  const answer = await send(
    {
      method: 'POST',
      url: `${where}?uploadType=resumable${isThere ? '' : '&ifGenerationMatch=0'}&name=${object}`,
      headers: { 'content-type': 'application/json' },
      body,
    },
    [200, 201],
  ).catch(rethrow)
  const location = URL.parse(answer.headers.get('location') ?? '')
  // The session is used with our identity, which is nobody else's business.
  if (location?.origin !== new URL(endpoint).origin) {
    throw unavailable('the storage began an upload somewhere else', {
      reason: 'STORAGE_UNAVAILABLE',
    })
  }
  return location.href
}

function persisted(headers: Headers): number {
  const last = /^bytes=0-(\d{1,15})$/.exec(headers.get('range') ?? '')?.[1]
  return last === undefined ? 0 : Number(last) + 1
}

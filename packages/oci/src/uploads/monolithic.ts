import { Readable } from 'node:stream'

import { outflowOf, type Content } from './content.ts'
import type { Upload } from './open-upload.ts'

/** Distribution specification §POST then PUT. */
export async function sendWhole(
  session: Upload,
  upload: Content & { readonly size: number },
): Promise<void> {
  using outflow = outflowOf(upload)
  const body = Readable.from(outflow.bytes, { objectMode: false })
  // What the content itself fails with says more than what the connection makes of it.
  let failure: unknown
  body.on('error', (cause) => {
    failure ??= cause
  })
  try {
    await session.send({
      method: 'PUT',
      query: `digest=${encodeURIComponent(upload.digest)}`,
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(upload.size),
      },
      body,
      expected: [201],
      signal: outflow.signal,
    })
  } catch (cause) {
    outflow.signal.throwIfAborted()
    throw failure ?? cause
  } finally {
    body.destroy()
  }
}

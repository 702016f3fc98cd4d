import { OciError } from '../errors.ts'
import { asOciError } from './send-once.ts'

/** A whole body of at most `maxBytes`; a longer one is broken off and refused. */
export async function readBounded(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.byteLength
      if (size > maxBytes)
        throw new OciError('too_large', `an answer of more than ${maxBytes} bytes`)
      chunks.push(chunk)
    }
  } catch (cause) {
    throw asOciError(cause, 'the registry broke off its answer')
  }
  return Buffer.concat(chunks)
}

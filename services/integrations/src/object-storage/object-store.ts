/** A bucket at whatever provider. */
export interface ObjectStore extends Disposable {
  /** Replaces what is there. Throws `DeliveryError`, or what the connection or the content throws. */
  put(object: NewObject): Promise<void>
  remove(key: string): Promise<void>
}

export interface NewObject {
  readonly key: string
  readonly contentType: string
  /** Names in lower case with dashes, values in ASCII. */
  readonly metadata: Readonly<Record<string, string>>
  readonly content: AsyncIterable<Uint8Array> | Uint8Array
}

/** A segment of a key: what a job calls things leads nowhere else. */
export function segment(name: string): string {
  const safe = name.replaceAll(/[^\w.-]+/g, '_').slice(0, 128)
  return /^\.*$/.test(safe) ? '_' : safe
}

/** Metadata travels in headers. */
export function asciiOf(text: string): string {
  return text
    .replaceAll(/[^ -~]/g, '?')
    .trim()
    .slice(0, 512)
}

/** What was written by mistake would be read as evidence: it is only there for a moment. */
export const testKey = 'chainloop-test-write'

/** Finds out whether objects can be written. Some archives let nothing be removed again, which is as well. */
export async function tryToWrite(store: ObjectStore, prefix = ''): Promise<void> {
  const key = `${prefix}${testKey}`
  await store.put({ key, contentType: 'text/plain', metadata: {}, content: Buffer.from('test') })
  await store.remove(key).catch(() => undefined)
}

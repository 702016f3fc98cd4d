import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export async function digestOf(file: string): Promise<string> {
  return `sha256:${createHash('sha256')
    .update(await readFile(file))
    .digest('hex')}`
}

/** Writes a copy of a bundle in which one byte of the signed statement is another. */
export async function tamperedCopy(bundle: string, folder: string): Promise<string> {
  const bytes = await readFile(bundle)
  const { dsseEnvelope }: { dsseEnvelope: { payload: string } } = JSON.parse(bytes.toString())
  // In the middle of the base64, so that the copy is still a well-formed bundle.
  const at = bytes.indexOf(dsseEnvelope.payload) + Math.floor(dsseEnvelope.payload.length / 2)
  bytes[at] = bytes[at] === 0x41 ? 0x42 : 0x41
  const copy = join(folder, 'tampered.json')
  await writeFile(copy, bytes)
  return copy
}

import { recognizeKind } from '@chainloop/attestation/materials/craft'

import type { Row } from './row.ts'

const size = 100_000_000
const block = 1 << 18

/** Contents that are hard to tell from something known. */
const contents: Readonly<Record<string, { readonly head: string; readonly rest: string }>> = {
  'a log': { head: '', rest: 'nothing that anybody would recognise, line by line\n' },
  'a list without an end': { head: '[', rest: 'x' },
  'a zip without a directory': { head: 'PK\u0003\u0004', rest: 'x' },
  'XML like a test report': { head: '<testsuites>    ', rest: '<a>x</a>' },
}

/** How much of an unknown file is read to hash it and to find out that it is unknown; the bar is 2. */
export async function measureRecognition(): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const [what, content] of Object.entries(contents)) {
    rows.push({
      what: `recognition of 100 MB, ${what}`,
      // The digest is made first, of all of it.
      measured: { value: (size + (await bytesRead(content))) / 1e6, unit: 'MB read' },
      baseline: 'its size',
      reference: { value: size / 1e6, unit: 'MB' },
      better: 'lower',
    })
  }
  return rows
}

async function bytesRead({ head, rest }: { head: string; rest: string }): Promise<number> {
  let read = 0
  async function* open(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < size; at += block) {
      const chunk = Buffer.alloc(Math.min(block, size - at), rest)
      if (at === 0) chunk.write(head, 'latin1')
      read += chunk.length
      yield chunk
    }
  }
  await recognizeKind({ name: 'unknown.dat', size, open })
  return read
}

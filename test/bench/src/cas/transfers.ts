import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'

import { type Blob, uploadBlob } from '@chainloop/sdk/cas/upload'
import { uploadOverHttp } from '@chainloop/sdk/cas/upload-over-http'

import type { CasUnderTest } from './cas-under-test.ts'

/** As our own command line tool does it. */
export async function upload(
  { controlPlane, uploads }: CasUnderTest,
  blob: Blob,
  storage: { readonly provider?: string; readonly location?: string } = {},
): Promise<void> {
  const token = await controlPlane.token({ ...storage, digest: blob.digest, size: blob.size })
  const outcome = await uploadOverHttp({ url: uploads, ca: undefined, token, blob })
  if (outcome !== 'uploaded') throw new Error(`the upload was ${outcome}`)
}

export async function uploadOverGrpc(
  { controlPlane, client }: CasUnderTest,
  blob: Blob,
): Promise<void> {
  await uploadBlob(client, { token: await controlPlane.token(), blob })
}

export async function download(cas: CasUnderTest, { digest, size }: Blob): Promise<void> {
  const token = await cas.controlPlane.token({ role: 'downloader', digest })
  await drain(`${cas.process.addresses.http}/download/${digest}?t=${token}`, size)
}

/** Counts what comes, and drops it. */
export async function drain(url: string, size: number): Promise<void> {
  const request = get(url, { agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let received = 0
  for await (const chunk of response) received += (chunk as Uint8Array).byteLength
  if (received !== size) throw new Error(`${received} bytes came instead of ${size}`)
}

export async function downloadOverGrpc(
  { controlPlane, client }: CasUnderTest,
  { digest, size }: Blob,
): Promise<void> {
  const token = await controlPlane.token({ role: 'downloader', digest })
  const resourceName = digest.slice('sha256:'.length)
  let received = 0
  for await (const { data } of client.byteStream(token).read({ resourceName }))
    received += data.byteLength
  if (received !== size) throw new Error(`${received} bytes came instead of ${size}`)
}

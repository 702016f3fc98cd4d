import { silentLogger } from '@chainloop/kit/logger'
import { ResourceService } from '@chainloop/proto/cas/v1/resource'
import { StatusService } from '@chainloop/proto/cas/v1/status'
import {
  ByteStream,
  type ReadResponse,
  type WriteResponse,
} from '@chainloop/proto/google/bytestream/bytestream'
import { type Client, createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'

import { type ArtifactCas, createArtifactCas } from '../artifact-cas.ts'
import { readConfig } from '../config.ts'
import { type Digest, hexOf, sha256 } from '../digest.ts'
import { type FakeControlPlane, startFakeControlPlane } from './fake-control-plane.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface World extends AsyncDisposable {
  readonly cas: ArtifactCas
  readonly controlPlane: FakeControlPlane
  /** The data directory's folder of the CAS. */
  readonly folder: string
  readonly bytes: Client<typeof ByteStream>
  readonly resources: Client<typeof ResourceService>
  readonly status: Client<typeof StatusService>
}

/** A CAS in this process, over real sockets and files, with a fake control plane. */
export async function startWorld(env: Record<string, string> = {}): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory())
  const controlPlane = stack.use(await startFakeControlPlane())
  const config = readConfig({
    ...PORTS,
    ...controlPlane.env,
    CHAINLOOP_DATA_DIR: directory.path,
    ...env,
  })
  const cas = stack.use(await createArtifactCas(config, { log: silentLogger }))
  const transport = createGrpcTransport({ baseUrl: cas.addresses.api })
  const open = stack.move()
  return {
    cas,
    controlPlane,
    folder: `${directory.path}/cas`,
    bytes: createClient(ByteStream, transport),
    resources: createClient(ResourceService, transport),
    status: createClient(StatusService, transport),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

export const PORTS = { CAS_API_PORT: '0', CAS_HTTP_PORT: '0', CAS_METRICS_PORT: '0' }

export const bearer = (token: string): { headers: { authorization: string } } => ({
  headers: { authorization: `Bearer ${token}` },
})

export interface Sent {
  readonly resourceName: string
  readonly data?: Uint8Array
  readonly finishWrite?: boolean
}

export function uploadName(content: Uint8Array, fileName = 'file.txt'): string {
  const hex = hexOf(sha256(content))
  return `uploads/0b1f6a8e-6f3c-4f0e-9a57-3a1c1b1d2e3f/blobs/${hex}/${content.byteLength}/${encodeURIComponent(fileName)}`
}

export async function* messages(
  content: Uint8Array,
  resourceName = uploadName(content),
  step = 256 * 1024 - 64,
): AsyncGenerator<Sent> {
  for (let at = 0; at < content.byteLength; at += step) {
    yield { resourceName, data: content.subarray(at, at + step) }
  }
  yield { resourceName, finishWrite: true }
}

export async function collect(responses: AsyncIterable<ReadResponse>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const { data } of responses) parts.push(data)
  return Buffer.concat(parts)
}

type Claims = Parameters<FakeControlPlane['token']>[0]

/** Uploads with a token of its own. */
export async function upload(
  world: World,
  content: Uint8Array,
  claims: Claims = {},
): Promise<WriteResponse> {
  const token = await world.controlPlane.token(claims)
  return world.bytes.write(messages(content), bearer(token))
}

/** Headers that allow to read one digest. */
export async function readerOf(
  world: World,
  digest: Digest,
  claims: Claims = {},
): Promise<ReturnType<typeof bearer>> {
  return bearer(await world.controlPlane.token({ role: 'downloader', digest, ...claims }))
}

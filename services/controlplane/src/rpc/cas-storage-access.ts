import { timestampDate } from '@bufbuild/protobuf/wkt'
import { DomainError, invalid, unavailable, unimplemented } from '@chainloop/kit/errors'
import { clientTracing } from '@chainloop/kit/rpc/tracing'
import { ErrorInfoSchema } from '@chainloop/proto/google/rpc/error_details'
import {
  BlobCondition,
  type ListResponse_Blob,
  MaintenanceService,
} from '@chainloop/proto/internal/v1/maintenance_service'
import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'

import { issueTransferToken } from '../cas-credentials/transfer-token.ts'
import type { Context } from '../context.ts'
import {
  BlobProblem,
  type ListedBlob,
  type StorageAccess,
  type StoragePlace,
  type Verdict,
} from '../storage/storage-access.ts'

const PROBE_TIMEOUT_MS = 10_000
/** The largest artifact over the slowest line, or at the slowest pace. */
const BLOB_TIMEOUT_MS = 6 * 3_600_000

type Headers = { readonly authorization: string }

/** The artifact CAS over its HTTP/1.1 listener, with a maintainer's token for each call. */
export function casStorageAccess(ctx: Pick<Context, 'tokens' | 'config'>): StorageAccess {
  const client = openClient(ctx.config.casInternalUrl)
  const tokenFor = (backend: StoragePlace, candidateId?: string): Promise<string> =>
    issueTransferToken(ctx.tokens, { backend, role: 'maintainer', candidateId })
  const headersFor = async (place: StoragePlace, candidateId?: string): Promise<Headers> => ({
    authorization: `Bearer ${await tokenFor(place, candidateId)}`,
  })

  return {
    probe: (place, candidateId) =>
      translated(async () => {
        const headers = await headersFor(place, candidateId)
        await client().probe({}, { headers, timeoutMs: PROBE_TIMEOUT_MS })
      }),
    copy: ({ from, to, digest }, signal) =>
      translated(async () => {
        const call = { headers: await headersFor(to), signal, timeoutMs: BLOB_TIMEOUT_MS }
        const { size } = await client().copy({ sourceToken: await tokenFor(from), digest }, call)
        return Number(size)
      }),
    verify: (place, { digest, bytesPerSecond }, signal) =>
      translated(async () => {
        const call = { headers: await headersFor(place), signal, timeoutMs: BLOB_TIMEOUT_MS }
        const request = { digest, bytesPerSecond: BigInt(bytesPerSecond) }
        const { condition, size, detail } = await client().verify(request, call)
        return { condition: CONDITIONS[condition] ?? 'rotten', size: Number(size), detail }
      }),
    async remover(place) {
      const headers = await headersFor(place)
      return (digest, signal) =>
        translated(async () => {
          await client().remove({ digest }, { headers, signal })
        })
    },
    async *list(place, signal) {
      try {
        const headers = await headersFor(place)
        for await (const { blobs } of client().list({}, { headers, signal })) {
          yield blobs.map(toListed)
        }
      } catch (cause) {
        throw translate(cause)
      }
    },
  }
}

const CONDITIONS: Readonly<Record<BlobCondition, Verdict['condition'] | undefined>> = {
  [BlobCondition.UNSPECIFIED]: undefined,
  [BlobCondition.SOUND]: 'sound',
  [BlobCondition.MISSING]: 'missing',
  [BlobCondition.ROTTEN]: 'rotten',
}

function openClient(baseUrl: string | undefined): () => Client<typeof MaintenanceService> {
  if (baseUrl === undefined) {
    return () => {
      throw unavailable('the address of the artifact CAS is not configured', {
        reason: 'CAS_INTERNAL_URL_MISSING',
      })
    }
  }
  const transport = createConnectTransport({
    baseUrl,
    httpVersion: '1.1',
    interceptors: [clientTracing()],
  })
  const client = createClient(MaintenanceService, transport)
  return () => client
}

function toListed({ digest, size, storedAt }: ListResponse_Blob): ListedBlob {
  return { digest, size: Number(size), storedAt: storedAt ? timestampDate(storedAt) : new Date() }
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw translate(cause)
  }
}

/** Of the storage, or of the way to it? The artifact CAS gives its own refusals a reason. */
function translate(cause: unknown): Error {
  if (cause instanceof DomainError) return cause
  const error = ConnectError.from(cause)
  const [info] = error.findDetails(ErrorInfoSchema)
  if (error.code === Code.DataLoss) return new BlobProblem('rotten', error.rawMessage)
  if (error.code === Code.NotFound) return new BlobProblem('missing', error.rawMessage)
  const details = { cause: error, reason: info?.reason ?? 'ARTIFACT_CAS_FAILED' }
  if (error.code === Code.Unimplemented && info) return unimplemented(error.rawMessage, details)
  if (info && !OURS.has(info.reason)) return invalid(error.rawMessage, details)
  return unavailable(`the artifact CAS does not answer: ${error.rawMessage}`, details)
}

/** Not the storage's fault. */
const OURS = new Set(['CREDENTIALS_UNAVAILABLE', 'NOT_READY', 'TOKEN_EXPIRED', 'TOKEN_INVALID'])

import { createGuardedFetch, type GuardedFetch } from '@chainloop/kit/egress/guarded-fetch'
import { invalid } from '@chainloop/kit/errors'
import { type Load, MAX_SCRIPT_BYTES } from '@chainloop/policy/references/close-references'
import { isFile, isStored, ReferenceRefused } from '@chainloop/policy/references/locate'

import { safeAddress } from '../identities/issuer-keys.ts'
import { addressAtProvider, documentInAnswer, type PolicyProviders } from './policy-providers.ts'

/** Where the documents come from that contracts refer to. Sends nothing of the caller along. */
export interface DocumentSource extends AsyncDisposable {
  /** With what the caller sent along, which answers `file://`, and the store of policies, which answers names. */
  loaderWith(files: readonly ReferencedFile[], stored: Load): Load
}

export interface ReferencedFile {
  /** `file://` and the normalized path, relative to the contract. */
  readonly location: string
  readonly content: Uint8Array
}

const TIMEOUT_MS = 10_000
/** For all documents of one contract. */
const TOTAL_MS = 30_000

export function createDocumentSource(
  allow: readonly string[],
  providers: PolicyProviders = new Map(),
): DocumentSource {
  const fetch = createGuardedFetch({
    allow,
    timeoutMs: TIMEOUT_MS,
    maxResponseBytes: MAX_SCRIPT_BYTES,
  })
  const isSafe = safeAddress(allow)

  return {
    loaderWith(files, stored) {
      const sent = new Map(files.map(({ location, content }) => [location, content]))
      if (sent.size < files.length) {
        throw invalid('a file is sent along twice', { reason: 'FILE_SENT_TWICE' })
      }
      const signal = AbortSignal.timeout(TOTAL_MS)
      return async (wanted) => {
        const { location, digest } = wanted
        if (isFile(location)) return sentFile(sent, location)
        if (isStored(location)) {
          const address = addressAtProvider(providers, wanted)
          if (address === undefined) return stored(wanted)
          return documentInAnswer(await download(fetch, address, signal))
        }
        if (digest === undefined && !isSafe(location)) {
          throw new ReferenceRefused(
            'http:// without @sha256:<hex>: anybody on the way could change it',
          )
        }
        return download(fetch, location, signal)
      }
    },
    [Symbol.asyncDispose]: () => fetch[Symbol.asyncDispose](),
  }
}

function sentFile(sent: ReadonlyMap<string, Uint8Array>, location: string): Uint8Array {
  const content = sent.get(location)
  if (content) return content
  throw new ReferenceRefused(
    `the server cannot read local files and ${location} was not sent along: apply the contract with \`chainloop workflow contract apply\`, publish the document at an https:// address, or embed it`,
  )
}

async function download(
  fetch: GuardedFetch,
  location: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    const response = await fetch(location, { headers: { accept: '*/*' }, signal })
    const bytes = new Uint8Array(await response.arrayBuffer())
    if (response.status === 200) return bytes
    throw new ReferenceRefused(`${location} answered with status ${response.status}`)
  } catch (cause) {
    if (cause instanceof ReferenceRefused) throw cause
    throw new ReferenceRefused(`${location} cannot be fetched: ${reasonOf(cause)}`, { cause })
  }
}

/** Connection errors hide their reason behind `fetch failed`. */
function reasonOf(cause: unknown): string {
  if (!(typeof cause === 'object' && cause !== null && 'message' in cause)) return String(cause)
  const inner = 'cause' in cause ? cause.cause : undefined
  const code = typeof inner === 'object' && inner !== null && 'code' in inner ? inner.code : ''
  return code === '' ? String(cause.message) : `${String(cause.message)} (${String(code)})`
}

import { unavailable } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import { isInline } from '../cas-backends/cas-backend.ts'
import type { Context } from '../context.ts'
import { instanceUrl } from '../signing/instance-url.ts'
import { getReadable } from './transfer-credentials.ts'
import { issueTransferToken } from './transfer-token.ts'

/**
 * A URL that serves the artifact to whoever holds it, if started within 30 seconds: of the artifact CAS, or of this
 * service for what is embedded in an attestation. Unknown and forbidden digests are not found alike.
 */
export async function downloadUrl(
  { db, tokens, config }: Pick<Context, 'db' | 'tokens' | 'config'>,
  actor: Actor,
  digest: string,
): Promise<string> {
  const { mapping, backend } = await getReadable(db, actor, digest)
  const token = await issueTransferToken(tokens, {
    backend,
    role: 'downloader',
    projectId: mapping.projectId,
    runId: mapping.runId,
    digest,
    size: mapping.size,
  })
  const base = isInline(backend) ? instanceUrl(config) : config.casExternalUrl
  if (base === undefined) {
    throw unavailable('the address of the artifact CAS is not configured', {
      reason: 'CAS_EXTERNAL_URL_MISSING',
    })
  }
  const url = new URL(`/download/${digest}`, base)
  url.searchParams.set('t', token)
  return url.href
}

import type { ReferencedFile } from '@chainloop/sdk/contracts/referenced-files'

import type { Session } from '../../core/session.ts'

/**
 * A contract as `--contract` names it: a document when there is one, with what it refers to by `file://`, else the
 * name of a stored contract.
 */
export async function contractSource(
  typed: string | undefined,
  session: Pick<Session, 'io'>,
): Promise<{ contractName?: string; contractBytes?: Uint8Array; files?: ReferencedFile[] }> {
  if (typed === undefined) return {}
  const { isContractName } = await import('@chainloop/sdk/values/load-value')
  if (await isContractName(typed)) return { contractName: typed }
  const { contractDocument } = await import('./documents.ts')
  const { withFiles } = await import('./with-files.ts')
  const { bytes, files } = await withFiles(await contractDocument(typed, session), false)
  return { contractBytes: bytes, files }
}

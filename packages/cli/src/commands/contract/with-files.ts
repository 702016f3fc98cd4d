import type { ReferencedFile } from '@chainloop/sdk/contracts/referenced-files'

import type { OptionSpec } from '../../core/command.ts'
import type { Session } from '../../core/session.ts'
import type { Document } from './documents.ts'

export const allowOutsideFiles = {
  type: 'boolean',
  help: 'also send files that the contract refers to outside of its own folder',
} as const satisfies OptionSpec

/** A contract as it is sent: with what it refers to by `file://`. */
export async function withFiles(
  { bytes, folder }: Pick<Document, 'bytes' | 'folder'>,
  allowOutside: boolean | undefined,
): Promise<{ bytes: Uint8Array; files: ReferencedFile[] }> {
  const { referencedFiles } = await import('@chainloop/sdk/contracts/referenced-files')
  return { bytes, files: await referencedFiles(bytes, { folder, allowOutside }) }
}

/** The document at a source, in the words of the requests that write contracts. */
export async function rawContract(
  source: string,
  session: Pick<Session, 'io'>,
  allowOutside: boolean | undefined,
): Promise<{ rawContract: Uint8Array; files: ReferencedFile[] }> {
  const { contractDocument } = await import('./documents.ts')
  const { bytes, files } = await withFiles(await contractDocument(source, session), allowOutside)
  return { rawContract: bytes, files }
}

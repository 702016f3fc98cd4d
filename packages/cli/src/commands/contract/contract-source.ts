import type { Session } from '../../core/session.ts'

/** A contract as `--contract` names it: a document when there is one, else the name of a stored contract. */
export async function contractSource(
  typed: string | undefined,
  { io }: Pick<Session, 'io'>,
): Promise<{ contractName?: string; contractBytes?: Uint8Array }> {
  if (typed === undefined) return {}
  const { isContractName, readDocument } = await import('@chainloop/sdk/values/load-value')
  const isName = await isContractName(typed)
  return isName ? { contractName: typed } : { contractBytes: await readDocument(typed, io.env) }
}

import type { ContractAnnotation } from './contract.ts'

export interface MergedAnnotations {
  readonly annotations: Readonly<Record<string, string>>
  /** Given by the run, and not taken because there is a value already. */
  readonly ignored: readonly string[]
  /** Asked for by the contract, and without a value. */
  readonly missing: readonly string[]
}

/**
 * What a run says never replaces what is said already: first `known` (by a crafter, or earlier in the run), then the
 * contract, then the run.
 */
export function mergeAnnotations(
  known: Readonly<Record<string, string>>,
  contract: readonly ContractAnnotation[],
  given: Readonly<Record<string, string>>,
): MergedAnnotations {
  const merged = new Map(Object.entries(known))
  for (const { name, value } of contract) if (!merged.get(name)) merged.set(name, value)

  const ignored = Object.keys(given).filter((name) => merged.get(name))
  for (const [name, value] of Object.entries(given)) if (!merged.get(name)) merged.set(name, value)

  const missing = [...merged].filter(([, value]) => value === '').map(([name]) => name)
  return { annotations: Object.fromEntries(merged), ignored, missing }
}

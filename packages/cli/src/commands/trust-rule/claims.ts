import { UsageError } from '../../core/exit.ts'

/** `name=value`, each name once; values may have equals signs. */
export function readClaims(typed: readonly string[]): Record<string, string> {
  const claims = new Map<string, string>()
  for (const one of typed) {
    const at = one.indexOf('=')
    const name = one.slice(0, Math.max(at, 0))
    const value = one.slice(at + 1)
    if (name === '' || value === '') {
      throw new UsageError(`--claim must be name=value, not ${JSON.stringify(one)}`)
    }
    if (claims.has(name)) throw new UsageError(`--claim ${name} is given twice`)
    claims.set(name, value)
  }
  if (claims.size === 0) throw new UsageError('--claim is required: name what the tokens must have')
  return Object.fromEntries(claims)
}

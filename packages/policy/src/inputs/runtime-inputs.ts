import type { Arguments } from './compute-arguments.ts'

/** A value that the job gives for an input while the run goes on. */
export interface RuntimeInput {
  /** Empty: every policy. Else a policy's name, its reference as the contract has it, or that without its details. */
  readonly scope: string
  readonly input: string
  readonly value: string
  /** Appended values come first, whatever the order; the last replacement wins. */
  readonly mode: 'append' | 'replace'
}

/** What a scope can name a policy by. */
export interface PolicyName {
  readonly name: string
  /** Empty for an embedded policy. */
  readonly reference: string
}

export interface RuntimeArguments {
  readonly values: Arguments
  /** Inputs whose value the job had a part in, sorted. */
  readonly overridden: readonly string[]
}

/** The arguments of an attachment with what the job adds. Of several replacements the one that names the policy best wins. */
export function withRuntimeInputs(
  given: Arguments,
  policy: PolicyName,
  inputs: readonly RuntimeInput[],
): RuntimeArguments {
  const mine = inputs.filter(({ scope }) => matches(scope, policy))
  const values: Record<string, string> = { ...given }
  for (const { input, value } of mine.filter(({ mode }) => mode === 'append')) {
    const before = values[input] ?? ''
    values[input] = before === '' ? value : `${before}\n${value}`
  }
  const replacements = mine.filter(({ mode }) => mode === 'replace').toSorted(bySpecificity)
  for (const { input, value } of replacements) values[input] = value
  return { values, overridden: [...new Set(mine.map(({ input }) => input))].toSorted() }
}

/** Scopes that name no policy at all: probably a mistake of the job's author. */
export function unmatchedScopes(
  inputs: readonly RuntimeInput[],
  policies: readonly PolicyName[],
): string[] {
  const scopes = new Set(inputs.map(({ scope }) => scope).filter((scope) => scope !== ''))
  return [...scopes].filter((scope) => !policies.some((policy) => matches(scope, policy)))
}

function matches(scope: string, { name, reference }: PolicyName): boolean {
  if (scope === '' || scope === name || scope === reference) return true
  const wanted = divide(scope)
  const found = divide(reference)
  const isDigestRight = wanted.digest === '' || wanted.digest === found.digest
  return isDigestRight && [found.location, found.bare].includes(wanted.location)
}

/** A reference as its location, its last word, and its digest. */
function divide(reference: string): { location: string; bare: string; digest: string } {
  const [whole = '', digest = ''] = reference.split(/@(?=sha256:)/)
  const location = whole.replace(/^[a-z]+:\/\//, '')
  return { location, bare: location.split(/[:/]/).at(-1) ?? '', digest }
}

/** Empty < a name < a location < anything with a digest; the later of two equals wins. */
function bySpecificity(a: RuntimeInput, b: RuntimeInput): number {
  return specificity(a.scope) - specificity(b.scope)
}

function specificity(scope: string): number {
  if (scope === '') return -1
  const { location, digest } = divide(scope)
  return (/[:/]/.test(location) ? 1 : 0) + (digest === '' ? 0 : 2)
}

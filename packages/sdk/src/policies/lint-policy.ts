import type { ContractProblem } from '@chainloop/attestation/contract/contract-problem'
import { InvalidPolicy } from '@chainloop/policy/documents/invalid-policy'
import { LANGUAGES, languageOf } from '@chainloop/policy/languages/languages'
import { InvalidScript, UnknownFunction } from '@chainloop/policy/languages/script-language'
import { ContractNotClosed } from '@chainloop/policy/references/close-references'

import { readLocalPolicy, type LocalPolicy } from './local-policy.ts'

/** What is wrong with a policy, or probably not meant. */
export interface PolicyLint {
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

/** Reads a policy as the control plane will, and compiles its scripts. */
export async function lintPolicy(path: string): Promise<PolicyLint> {
  try {
    const local = await readLocalPolicy({ path })
    return { problems: await brokenScripts(local), warnings: warningsOf(local) }
  } catch (cause) {
    if (cause instanceof InvalidPolicy) return { problems: cause.problems.map(say), warnings: [] }
    if (cause instanceof ContractNotClosed) return { problems: cause.problems, warnings: [] }
    throw cause
  }
}

function say({ path, line, column, message }: ContractProblem): string {
  return `line ${line}, column ${column}${path === '' ? '' : `, ${path}`}: ${message}`
}

async function brokenScripts({ attached }: LocalPolicy): Promise<string[]> {
  const problems: string[] = []
  for (const [script, text] of attached.loaded.texts) {
    try {
      await LANGUAGES[languageOf(script.language, text.file)].compile(text)
    } catch (cause) {
      if (!(cause instanceof InvalidScript || cause instanceof UnknownFunction)) throw cause
      problems.push(cause.message)
    }
  }
  return problems
}

function warningsOf({ policy, attached }: LocalPolicy): string[] {
  const texts = [...attached.loaded.texts.values()]
  return [
    ...(policy.metadata.description === '' ? ['metadata.description: says nothing'] : []),
    ...(policy.scripts.every(({ kind }) => kind === undefined)
      ? ['spec.policies: without a kind it judges only what a selector of the contract names']
      : []),
    ...texts
      .filter(({ text }) => /^\s*print\(/m.test(text))
      .map(({ file }) => `${file}: prints, which nobody sees in a run`),
  ]
}

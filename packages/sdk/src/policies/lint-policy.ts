import { dirname, join } from 'node:path'

import { InvalidPolicy } from '@chainloop/policy/documents/invalid-policy'
import { LANGUAGES, languageOf } from '@chainloop/policy/languages/languages'
import {
  InvalidScript,
  type ScriptText,
  UnknownFunction,
} from '@chainloop/policy/languages/script-language'
import { ContractNotClosed } from '@chainloop/policy/references/close-references'
import { RegoError } from '@chainloop/rego/errors'
import { lint } from '@chainloop/rego/lint/lint'

import { type LocalPolicy, readLocalPolicy } from './local-policy.ts'

/** What is wrong with a policy (`error`), or probably not meant (`warning`). */
export interface PolicyFinding {
  readonly rule: string
  readonly level: 'error' | 'warning'
  readonly message: string
  /** What to do about it. */
  readonly fix?: string | undefined
  readonly file: string
  readonly row?: number | undefined
  readonly column?: number | undefined
}

/** Reads a policy as the control plane will, compiles its scripts, and looks for what is probably not meant. */
export async function lintPolicy(path: string): Promise<readonly PolicyFinding[]> {
  const error = { rule: 'policy', level: 'error', file: path } as const
  try {
    const local = await readLocalPolicy({ path })
    return [...warningsOf(local, path), ...(await lintScripts(local, path))]
  } catch (cause) {
    if (cause instanceof InvalidPolicy) {
      return cause.problems.map(({ path: field, line, column, message }) => ({
        ...error,
        row: line,
        column,
        message: field === '' ? message : `${field}: ${message}`,
      }))
    }
    if (!(cause instanceof ContractNotClosed)) throw cause
    return cause.problems.map((message) => ({ ...error, message }))
  }
}

function warningsOf({ policy }: LocalPolicy, file: string): PolicyFinding[] {
  const warning = { level: 'warning', file } as const
  return [
    ...(policy.metadata.description === ''
      ? [
          {
            ...warning,
            rule: 'policy/description',
            message: 'metadata.description says nothing',
            fix: 'say what has to hold, in one sentence',
          },
        ]
      : []),
    ...(policy.scripts.every(({ kind }) => kind === undefined)
      ? [
          {
            ...warning,
            rule: 'policy/kind',
            message: 'without a kind it judges only what a selector of the contract names',
            fix: 'give the scripts a kind',
          },
        ]
      : []),
  ]
}

async function lintScripts({ attached }: LocalPolicy, path: string): Promise<PolicyFinding[]> {
  const found: PolicyFinding[] = []
  for (const [script, text] of attached.loaded.texts) {
    const language = languageOf(script.language, text.file)
    const broken = await compileFault(text, () => LANGUAGES[language].compile(text))
    if (broken) found.push({ ...broken, file: fileOf(broken.file, path) })
    else if (language === 'rego') found.push(...lintRego(text, path))
  }
  return found
}

async function compileFault(
  { file }: ScriptText,
  compile: () => Promise<unknown>,
): Promise<PolicyFinding | undefined> {
  try {
    await compile()
    return undefined
  } catch (cause) {
    if (!(cause instanceof InvalidScript || cause instanceof UnknownFunction)) throw cause
    const error = { level: 'error', rule: 'script' } as const
    const at = cause.cause instanceof RegoError ? cause.cause.location : undefined
    if (!at || !(cause.cause instanceof RegoError))
      return { ...error, message: cause.message, file }
    const message = `${cause.cause.code}: ${cause.cause.reason}`
    return { ...error, message, file: at.file, row: at.row, column: at.column }
  }
}

function lintRego(script: ScriptText, path: string): PolicyFinding[] {
  return lint(script).map(({ rule, message, fix, location: { file, row, column } }) => ({
    rule,
    level: 'warning',
    message,
    fix,
    file: fileOf(file, path),
    row,
    column,
  }))
}

/** Scripts are named as the policy names them; whoever reads this stands elsewhere. */
function fileOf(script: string, policy: string): string {
  return /^[\w.-]+$/.test(script) && script.includes('.') ? join(dirname(policy), script) : script
}

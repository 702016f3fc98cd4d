import type { JsonValue } from '@chainloop/attestation/json/json-value'
import type { Budget } from '@chainloop/rego/evaluate/budget'

import type { ShapedArguments } from '../inputs/shape-arguments.ts'
import type { PolicyInputDocument } from '../material/input-document.ts'

/** A language that policies are written in. */
export interface ScriptLanguage {
  /** Throws `InvalidScript` for what is not a script of the language. */
  compile(source: ScriptText): Promise<Script>
}

export interface ScriptText {
  /** Shown in errors. */
  readonly file: string
  readonly text: string
}

/** Ready to be run, any number of times. */
export interface Script {
  /** The result as the contract of results has it. Throws `ScriptFailed`, `UnknownFunction`. */
  run(request: ScriptRequest): Promise<JsonValue>
}

export interface ScriptRequest {
  readonly input: PolicyInputDocument
  readonly args: ShapedArguments
  /** The time of the run, the same for all of its evaluations. */
  readonly now: Date
  readonly grants: Grants
  readonly budget: Budget
}

/** What the host lets scripts reach. */
export interface Grants {
  /** Host names that `http.send` may ask for, without ports. */
  readonly hostnames: ReadonlySet<string>
  /** Performs the request, once its host name is found to be allowed. Absent: no script reaches the network. */
  readonly fetch?: ((request: ScriptHttpRequest) => Promise<ScriptHttpResponse>) | undefined
  /** What the organization knows of a digest, as `chainloop discover` shows it. Absent: the function fails. */
  readonly discover?: ((digest: string, kind: string) => Promise<JsonValue>) | undefined
  readonly print?: ((message: string, at: string) => void) | undefined
}

export interface ScriptHttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly timeoutMs: number
  readonly followRedirects: boolean
}

export interface ScriptHttpResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
}

/** The text is no script of its language. */
export class InvalidScript extends Error {
  override readonly name = 'InvalidScript'
}

/** The script broke off: a fault in it, or its budget is used up. */
export class ScriptFailed extends Error {
  override readonly name = 'ScriptFailed'
}

/** The script needs functions of ours that this version does not have. */
export class UnknownFunction extends Error {
  override readonly name = 'UnknownFunction'
}

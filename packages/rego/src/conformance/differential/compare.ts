import { RegoError } from '../../errors.ts'
import { nodeHost } from '../../node-host.ts'
import { compile, type Policy } from '../../policy.ts'
import { stringify } from '../../values/json.ts'
import { parseJson } from '../../values/parse-json.ts'
import { createRandom, type OpaType, valueOfType } from './generate.ts'
import { generateModule, INPUT } from './modules.ts'
import type { Opa, OpaRequest, Said } from './opa-server.ts'

export type Difference = { readonly text: string; readonly known: boolean }

type Run = { readonly seed: number; readonly count: number; readonly start: () => Promise<Opa> }

type Declared = {
  readonly name: string
  readonly infix?: string
  readonly decl: { readonly args?: readonly OpaType[] }
}

/** They ask the world, or are of the compiler's own. */
const LEFT_OUT =
  /^(?:http\.send|opa\.runtime|rand\.|uuid\.rfc4122|time\.now_ns|net\.lookup|trace$|print$|walk$|rego\.|internal\.|providers\.|numbers\.range|bits\.lsh|graphql\.|crypto\.x509|io\.jwt)/

/** Calls of every built-in function, whose operands the compiler cannot see through. */
export async function compareCalls(builtins: readonly Declared[], run: Run): Promise<Difference[]> {
  const random = createRandom(run.seed)
  const found: Difference[] = []
  await using opa = await run.start()
  for (const { name, infix, decl } of builtins) {
    if (infix !== undefined || LEFT_OUT.test(name)) continue
    const args = decl.args ?? []
    const calls = Array.from({ length: run.count }, () =>
      args.map((type) => valueOfType(type, random)),
    )
    const lines = calls.map((values, at) => {
      const hidden = values.map((value) => `hide(${value})`)
      return `r${at} := ${name}(${hidden.join(', ')})`
    })
    const module = `package t\nimport rego.v1\nhide(x) := [x, null][input.i]\n${lines.join('\n')}\n`
    const labels = calls.map((values) => `${name}(${values.join(', ')})`)
    found.push(...(await compareModule(opa, { module, input: '{"i": 0}', labels })))
  }
  return found
}

export async function compareModules({ seed, count, start }: Run): Promise<Difference[]> {
  const random = createRandom(seed)
  const found: Difference[] = []
  await using opa = await start()
  for (let at = 0; at < 10 * count; at++) {
    const module = generateModule(random)
    found.push(...(await compareModule(opa, { module, input: INPUT, labels: undefined })))
  }
  return found
}

type Compared = {
  readonly module: string
  readonly input: string
  /** Of rules `r0`, `r1` …; undefined: the package as a whole. */
  readonly labels: readonly string[] | undefined
}

async function compareModule(opa: Opa, compared: Compared): Promise<Difference[]> {
  const { module, labels } = compared
  const theirs = await opa.compile(module)
  const ours = attempt(module)
  if (!('policy' in ours)) return theirs ? [] : [difference(module, undefined, ours)]
  if (theirs) return [difference(module, theirs, { compiles: true })]
  const paths = labels?.map((label, at) => ({ label, path: `t/r${at}` }))
  const found: Difference[] = []
  for (const { label, path } of paths ?? [{ label: module, path: 't' }]) {
    // OPA's index of rules may pass over one whose first lines fail: with strict errors the order would tell.
    const request = { path, input: compared.input, strict: labels !== undefined }
    const wanted = await opa.evaluate(request).catch(() => undefined)
    const got = wanted && evaluate(ours.policy, request)
    if (got && !agree(wanted, got)) found.push(difference(label, wanted, got))
  }
  return found
}

type Fault = { readonly code: string; readonly message: string }
type Got =
  | { readonly value: unknown }
  | { readonly undefined: true }
  | { readonly compiles: true }
  | Fault

function attempt(module: string): { readonly policy: Policy } | Fault {
  try {
    return { policy: compile({ modules: { 'fuzz.rego': module } }) }
  } catch (error) {
    return faultOf(error)
  }
}

function evaluate(policy: Policy, { path: entrypoint, input, strict }: OpaRequest): Got {
  try {
    const world = { input: parseJson(input), host: nodeHost(), strictBuiltinErrors: strict }
    const [result] = policy.evaluateSync({ entrypoint, ...world })
    if (result?.value === undefined) return { undefined: true }
    return { value: JSON.parse(stringify(result.value)) }
  } catch (error) {
    return faultOf(error)
  }
}

function faultOf(error: unknown): Fault {
  if (!(error instanceof RegoError)) throw error
  return { code: error.code, message: error.reason }
}

function agree(wanted: Said, got: Got): boolean {
  if ('code' in wanted && 'code' in got) return wanted.code === got.code
  if ('value' in wanted && 'value' in got) return sorted(wanted.value) === sorted(got.value)
  return 'undefined' in wanted && 'undefined' in got
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** What the README lists: texts of other libraries, and types that only OPA infers. */
const KNOWN =
  /^(?:yaml\.|json\.(?:marshal|patch|filter)|strings\.render_template|regex\.globs_match|net\.cidr_|time\.(?:parse|format)|uri\.parse)/

function difference(about: string, wanted: Said | undefined, got: Got): Difference {
  const show = (said: unknown): string => (JSON.stringify(said) ?? 'compiles').slice(0, 400)
  const text = `${about}\n  opa  ${show(wanted)}\n  ours ${show(got)}`
  const isType =
    wanted && 'code' in wanted && wanted.code === 'rego_type_error' && 'compiles' in got
  return { text, known: isType === true || KNOWN.test(about) }
}

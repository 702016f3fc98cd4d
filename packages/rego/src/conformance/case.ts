import { formatLocation, RegoError } from '../errors.ts'
import type { Host } from '../host.ts'
import { compile } from '../policy.ts'
import type { Result } from '../policy.ts'
import { compare, equals } from '../values/compare.ts'
import { fromJson, keyText } from '../values/json.ts'
import { isNumber, toDouble } from '../values/number.ts'
import type { RegoNumber } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import { parseJson } from '../values/parse-json.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'

/** One of Open Policy Agent's conformance cases. */
export type Case = {
  readonly note: string
  readonly query: string
  readonly modules: readonly string[]
  readonly data: Value | undefined
  readonly input: Value | undefined
  /** The input as Rego source. */
  readonly inputTerm: string | undefined
  readonly wantResult: readonly Value[] | undefined
  readonly wantErrorCode: string | undefined
  readonly wantError: string | undefined
  readonly strictError: boolean
  readonly sortBindings: boolean
}

export type Verdict = { readonly agrees: boolean; readonly got: string }

export function readCase(line: string): Case {
  const json = parseJson(line)
  if (!(json instanceof RegoObject)) throw new TypeError('a case is a JSON object')
  const text = (key: string): string | undefined => {
    const value = json.get(key)
    return typeof value === 'string' ? value : undefined
  }
  const list = (key: string): readonly Value[] | undefined => {
    const value = json.get(key)
    return Array.isArray(value) ? value : undefined
  }
  return {
    note: text('note') ?? '',
    query: text('query') ?? '',
    modules: (list('modules') ?? []).map(String),
    data: json.get('data') ?? undefined,
    input: json.get('input'),
    inputTerm: text('input_term'),
    wantResult: list('want_result'),
    wantErrorCode: text('want_error_code'),
    wantError: text('want_error'),
    strictError: json.get('strict_error') === true,
    sortBindings: json.get('sort_bindings') === true,
  }
}

export async function runCase(test: Case, host: Host): Promise<Verdict> {
  try {
    const results = await evaluateCase(test, host)
    const got = results.map(({ bindings }) => jsonForm(fromJson(bindings)))
    if (!test.wantResult) return { agrees: false, got: JSON.stringify(got) }
    return { agrees: sameResults(test, got), got: got.map((each) => keyText(each)).join() }
  } catch (error) {
    if (!(error instanceof RegoError)) throw error
    return { agrees: isWanted(test, error), got: shown(error) }
  }
}

async function evaluateCase(test: Case, host: Host): Promise<readonly Result[]> {
  const modules = Object.fromEntries(
    test.modules.map((text, index) => [`test-${index}.rego`, text]),
  )
  const policy = compile({ modules })
  return policy.evaluate({
    query: test.query,
    input: test.inputTerm === undefined ? test.input : await readTerm(test.inputTerm),
    data: test.data,
    host,
    strictBuiltinErrors: test.strictError,
  })
}

async function readTerm(text: string): Promise<Value | undefined> {
  const [result] = await compile({ modules: {} }).evaluate({ query: `term = ${text}` })
  return result?.bindings['term']
}

function shown(error: RegoError): string {
  const at = error.location ? formatLocation(error.location).replace(/:\d+$/, ': ') : ''
  return `${at}${error.code}: ${error.reason}`
}

function isWanted({ wantError, wantErrorCode }: Case, error: RegoError): boolean {
  if (wantError === undefined && wantErrorCode === undefined) return false
  if (wantErrorCode !== undefined && wantErrorCode !== error.code) return false
  return wantError === undefined || shown(error).includes(wantError)
}

/** Results are compared as JSON: sets as arrays, keys as texts. */
function jsonForm(value: Value): Value {
  if (Array.isArray(value)) return value.map(jsonForm)
  if (value instanceof RegoSet) return value.values().map(jsonForm)
  if (!(value instanceof RegoObject)) return value
  return RegoObject.from(
    Array.from(value.entries(), ([k, v]): [Value, Value] => [keyText(k), jsonForm(v)]),
  )
}

function sameResults({ wantResult = [], sortBindings }: Case, got: readonly Value[]): boolean {
  const order = (values: readonly Value[]): readonly Value[] =>
    (sortBindings ? values.map(sortDeep) : values).toSorted(compare)
  const [wanted, found] = [order(wantResult), order(got)]
  return wanted.length === found.length && wanted.every((value, i) => same(value, found[i] ?? null))
}

function sortDeep(value: Value): Value {
  if (Array.isArray(value)) return value.map(sortDeep).toSorted(compare)
  if (!(value instanceof RegoObject)) return value
  return RegoObject.from(Array.from(value.entries(), ([k, v]): [Value, Value] => [k, sortDeep(v)]))
}

/** Fractions went through doubles on their way into the case. */
function same(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return sameNumber(a, b)
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => same(item, b[i] ?? null))
  }
  if (!(a instanceof RegoObject) || !(b instanceof RegoObject)) return equals(a, b)
  return a.size === b.size && a.keys().every((key) => same(a.get(key) ?? null, b.get(key) ?? null))
}

function sameNumber(a: RegoNumber, b: RegoNumber): boolean {
  return equals(a, b) || (toDouble(a) === toDouble(b) && !isWhole(b))
}

function isWhole(value: Value): boolean {
  return typeof value === 'bigint' || Number.isInteger(value)
}

import { RegoError } from '../errors.ts'
import { formatValue } from '../values/format.ts'
import type { Value } from '../values/value.ts'
import { checkOperand } from './operands.ts'
import type { Builtin, CallContext } from './registry.ts'

/**
 * Calls a built-in function. Its failure makes the call undefined, unless the evaluation is
 * strict; an exhausted budget always ends the evaluation.
 */
export function callBuiltin(
  builtin: Builtin,
  args: readonly Value[],
  call: CallContext,
): Value | undefined {
  try {
    if (!builtin.lenient) checkOperands(builtin, args)
    return builtin.stable ? callOnce(builtin, args, call) : builtin.run(args, call)
  } catch (error) {
    if (!(error instanceof RegoError) || !isFailure(error)) throw error
    if (!call.run.strictBuiltinErrors) return undefined
    const reason = `${builtin.name}: ${error.reason}`
    throw new RegoError(error.code, reason, { location: call.location })
  }
}

function checkOperands({ signature }: Builtin, args: readonly Value[]): void {
  for (const [index, type] of signature.args.entries()) {
    checkOperand(args[index] ?? null, type, index + 1)
  }
}

function isFailure({ code, location }: RegoError): boolean {
  return !location && (code === 'eval_builtin_error' || code === 'eval_type_error')
}

function callOnce(builtin: Builtin, args: readonly Value[], call: CallContext): Value | undefined {
  const { results } = call.run
  const key = `${builtin.name}(${args.map(formatValue).join()})`
  if (results.has(key)) return results.get(key)
  const value = builtin.run(args, call)
  results.set(key, value)
  return value
}

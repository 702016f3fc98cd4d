import { groups } from '../commands/groups.ts'
import { commands } from '../commands/index.ts'
import { EXIT, UsageError } from './exit.ts'
import { type Failure, toFailure } from './failure.ts'
import type { Io } from './io.ts'
import { printable } from './printable.ts'
import { createProgram, Shown, translateParseError, type Invocation } from './program.ts'
import { createSession } from './session.ts'
import { resolveSettings } from './settings.ts'
import { startTelemetry } from './telemetry.ts'
import type { View } from './view.ts'

type Ending = Pick<Failure, 'exitCode' | 'unmissable'>

/** Runs one command line, without the program's name. Resolves to the exit code; never rejects. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let debug = argv.includes('--debug')
  try {
    const invocation = parse(argv, io)
    if (invocation === undefined) return EXIT.done
    debug = invocation.flags.debug ?? false
    await using telemetry = await startTelemetry(io.env)
    const { command, values } = invocation
    const { exitCode, unmissable } = await telemetry
      .within(`chainloop ${command.name}`, () => invoke(invocation, io))
      .catch((error: unknown) => report(error, io, { debug, command: command.name }))
    const lenient = values['gracefulExit'] === true && unmissable !== true
    return lenient && exitCode === EXIT.failed ? EXIT.done : exitCode
  } catch (error) {
    return (await report(error, io, { debug })).exitCode
  }
}

/** Undefined when all there was to do is done: a help text was printed. */
function parse(argv: readonly string[], io: Io): Invocation | undefined {
  const invocations: Invocation[] = []
  const program = createProgram({
    commands,
    groups,
    argv,
    env: io.env,
    width: io.width,
    print: (text) => {
      io.print(text)
    },
    onInvoke: (invocation) => invocations.push(invocation),
  })
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    const translated = translateParseError(error)
    if (translated instanceof Shown) return undefined
    throw translated
  }
  return invocations[0]
}

async function invoke({ command, flags, values }: Invocation, io: Io): Promise<Ending> {
  const format = outputOf(command.name, flags.output)
  const settings = await resolveSettings(flags, io.env)
  await using session = createSession(settings, flags, io)

  const result = await command.run(session, values)

  if (format === 'json') io.print(`${toJson(result)}\n`)
  else await printView(command.view(result, values), io)
  const end = command.exit?.(result)
  if (end === undefined) return { exitCode: EXIT.done }
  await report(end.error, io)
  return { exitCode: end.code }
}

function outputOf(name: string, output: string | undefined): 'table' | 'json' {
  if (output === undefined || output === 'table') return 'table'
  if (output === 'json') return 'json'
  // Older pipelines name the file of a download this way.
  if (name === 'artifact download') return 'table'
  throw new UsageError(`--output must be table or json, not ${JSON.stringify(output)}`)
}

/** Numbers beyond what JSON readers hold exactly become strings; bytes become base64. */
export function toJson(result: unknown): string {
  return JSON.stringify(
    result ?? {},
    (_, value: unknown) => {
      if (typeof value === 'bigint') return value.toString()
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
    },
    2,
  )
}

async function printView(view: View, io: Io): Promise<void> {
  if (view.length === 0) return
  if (view.every((block) => block.type === 'text')) {
    io.print(`${view.map((block) => block.text).join('\n')}\n`)
    return
  }
  const { renderView } = await import('./render.ts')
  io.print(renderView(view, io))
}

async function report(
  error: unknown,
  io: Io,
  { debug = false, command }: { readonly debug?: boolean; readonly command?: string } = {},
): Promise<Failure> {
  const failure = toFailure(error, command)
  io.fail(printable(failure.message), (await hintOf(error)) ?? failure.hint, failure.see)
  if (debug) io.info(stackOf(error))
  return failure
}

/** The server knows more about its own refusals than is known here. */
async function hintOf(error: unknown): Promise<string | undefined> {
  if (!(error instanceof Error) || error.name !== 'ConnectError') return undefined
  const { serverHint } = await import('@chainloop/sdk/connection/server-hint')
  const hint = serverHint(error)
  return hint === undefined ? undefined : printable(hint)
}

function stackOf(error: unknown): string {
  const stack = error instanceof Error ? error.stack : undefined
  return stack ?? String(error)
}

import { interrupted, unwindOnSignal } from './interruption.ts'

/** What every script does around its work: unwind on Ctrl-C, end with the exit code that the work resolves to. */
export async function runMain(work: () => Promise<number>): Promise<void> {
  unwindOnSignal()
  try {
    process.exitCode = await work()
  } catch (cause) {
    if (!interrupted.aborted) throw cause
    process.stderr.write(`${String(interrupted.reason.message)}\n`)
    process.exitCode = 130
  }
}

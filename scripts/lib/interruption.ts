const interruption = new AbortController()

/** Aborts on Ctrl-C and its like, once `unwindOnSignal` was called. */
export const interrupted: AbortSignal = interruption.signal

/**
 * From here on a signal no longer ends the process at once: programs started by `run` are ended, their
 * `run` rejects, and what was started is put away on the way out.
 */
export function unwindOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // More than one comes when the terminal, npm and the runner each pass it on.
    process.on(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)))
  }
}

/** Scripts talk to the person in front of the terminal: results to stdout, one line at a time. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** `1.2 s` from the milliseconds of `performance.now()`. */
export function secondsSince(startMs: number): string {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`
}

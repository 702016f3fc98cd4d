/** As people call it; the generic runner has only a number. */
export function runnerName(type: string): string {
  return type === 'RUNNER_TYPE_UNSPECIFIED' ? 'generic' : type
}

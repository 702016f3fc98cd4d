/** The server answered, but not with what the API promises. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
}

/** What has to be in an answer. */
export function answered<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new UnexpectedAnswer(`the server answered without ${what}`)
  return value
}

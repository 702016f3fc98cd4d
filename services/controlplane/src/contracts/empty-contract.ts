/** Asks a run for nothing. */
export function emptyContract(name: string): Uint8Array {
  return new TextEncoder().encode(
    `apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata:\n  name: ${name}\nspec: {}\n`,
  )
}

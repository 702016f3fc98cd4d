/** The name of an image without tag and digest, as it was spelled. */
export function withoutTag(name: string): string {
  const named = name.split('@')[0] ?? name
  return named.replace(/:[^:/]*$/, '')
}

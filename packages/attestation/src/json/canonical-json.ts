/** UTF-8 JSON with the keys of every object sorted and no spaces: the same value gives the same bytes. */
export function canonicalJson(value: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalText(value))
}

export function canonicalText(value: object): string {
  return JSON.stringify(value, sortKeys)
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

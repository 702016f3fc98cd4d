/** The members that say something: no empty string, list or map, no zero, no `false`. */
export function withoutEmpty<T extends object>(fields: T): Partial<T> {
  const entries = Object.entries(fields).filter(([, value]) => !isEmpty(value))
  return Object.fromEntries(entries) as Partial<T>
}

function isEmpty(value: unknown): boolean {
  if (!value) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** The entry of a table; what every object inherits, such as `constructor`, is no entry. */
export function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}

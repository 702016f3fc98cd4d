/** Names of an enum's numbers, in both directions. What a newer server adds reads as `unknown`. */
export interface EnumNames<T extends Readonly<Record<string, number>>> {
  readonly names: readonly (keyof T & string)[]
  nameOf(number: number | undefined): (keyof T & string) | 'unknown'
  numberOf<N extends keyof T>(name: N): T[N]
}

export function enumNames<const T extends Readonly<Record<string, number>>>(
  numbers: T,
): EnumNames<T> {
  const names: readonly (keyof T & string)[] = Object.keys(numbers)
  return {
    names,
    nameOf: (number) => names.find((name) => numbers[name] === number) ?? 'unknown',
    numberOf: (name) => numbers[name],
  }
}

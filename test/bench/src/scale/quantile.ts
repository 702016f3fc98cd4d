/** Of measurements in any order. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(q * sorted.length) - 1] ?? 0
}

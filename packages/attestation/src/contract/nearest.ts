/** The candidate that was probably meant: at most a third of the letters differ. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      distance: distance(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .toSorted((a, b) => a.distance - b.distance)
  const [best] = ranked
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3))
    ? best.candidate
    : undefined
}

/** Levenshtein distance, of words short enough to be keys. */
function distance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 8 || from.length > 64) return Infinity
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i += 1) {
    const above = row
    row = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const substituted = cell(above, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1)
      row.push(Math.min(substituted, cell(above, j) + 1, cell(row, j - 1) + 1))
    }
  }
  return cell(row, to.length)
}

function cell(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}

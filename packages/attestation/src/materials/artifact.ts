import type { Crafter } from './crafter.ts'
import { emptyFile } from './read-document.ts'

/** Any file with at least one byte; nobody looks into it. */
export const artifact: Crafter = {
  async inspect(evidence) {
    for await (const chunk of evidence.open()) if (chunk.length > 0) return { annotations: {} }
    throw emptyFile('ARTIFACT', evidence)
  },
}

import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'

/** A value that is written into the attestation as it is. */
export const string: Crafter = {
  async inspect({ value }) {
    if (value === undefined)
      throw new InvalidMaterial('STRING', 'a STRING is given as a value, not as a file')
    if (value === '') throw new InvalidMaterial('STRING', 'the value is empty', 'empty')
    return { annotations: {} }
  },
}

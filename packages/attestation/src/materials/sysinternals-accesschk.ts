import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import { emptyFile } from './read-document.ts'
import { readLines } from './text-lines.ts'
import { toolAnnotations } from './tools.ts'

/** `Accesschk v6.15 - Reports effective permissions for securable objects` */
const BANNER = /^accesschk v(?<version>\d[\w.]*)\b/i
/** An account and what it may do, below an object: `  RW NT AUTHORITY\SYSTEM` */
const ACCESS = /^ {1,4}(?:RW|R | W) +\S/
/** The security descriptor that `-l` prints: `  [0] ACCESS_ALLOWED_ACE_TYPE: BUILTIN\Users` */
const DESCRIPTOR = /^\s+(?:DESCRIPTOR FLAGS:|\[\d+\] (?:ACCESS|SYSTEM)_\w+_ACE_TYPE\b)/

/**
 * The text of Sysinternals AccessChk, https://learn.microsoft.com/sysinternals/downloads/accesschk: known by its banner
 * (which `-nobanner` leaves out), or by an object with its permissions below it.
 */
export const sysinternalsAccesschk: Crafter = {
  async inspect(evidence) {
    if (evidence.size === 0) throw emptyFile('SYSINTERNALS_ACCESSCHK', evidence)
    const { version, entries } = await readListing(evidence)
    if (version === undefined && entries === 0) {
      throw new InvalidMaterial(
        'SYSINTERNALS_ACCESSCHK',
        `${evidence.name} is not SYSINTERNALS_ACCESSCHK: it has neither the banner of AccessChk nor an object with its permissions`,
      )
    }
    return { annotations: toolAnnotations({ name: 'AccessChk', version: version ?? '' }) }
  },
}

interface Listing {
  readonly version: string | undefined
  /** What anybody may do to an object. */
  readonly entries: number
}

async function readListing(evidence: Evidence): Promise<Listing> {
  let version: string | undefined
  let entries = 0
  let underObject = false
  for await (const line of readLines('SYSINTERNALS_ACCESSCHK', evidence)) {
    version ??= BANNER.exec(line)?.groups?.['version']
    if (underObject && (ACCESS.test(line) || DESCRIPTOR.test(line))) entries += 1
    if (/^\S/.test(line)) underObject = true
  }
  return { version, entries }
}

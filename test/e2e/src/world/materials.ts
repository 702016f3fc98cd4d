import { createHash, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Materials {
  readonly sbom: string
  readonly tests: string
  readonly binary: string
}

/** Small evidence of the three kinds that the stories' contract asks for; no two calls give the same bytes. */
export async function writeMaterials(folder: string): Promise<Materials> {
  const unique = randomUUID()
  const paths = {
    sbom: join(folder, 'sbom.cdx.json'),
    tests: join(folder, 'junit.xml'),
    binary: join(folder, 'program.bin'),
  }
  await writeFile(paths.sbom, JSON.stringify(sbom(unique)))
  await writeFile(paths.tests, junit(unique))
  await writeFile(paths.binary, `#!/bin/sh\necho ${unique}\n`)
  return paths
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function sbom(unique: string): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${unique}`,
    version: 1,
    metadata: {
      timestamp: '2026-11-01T10:00:00Z',
      component: { type: 'application', name: 'web', version: '1.0.0' },
    },
    components: [
      { type: 'library', name: 'left-pad', version: '1.3.0', purl: 'pkg:npm/left-pad@1.3.0' },
    ],
  }
}

function junit(unique: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${unique}" tests="2" failures="0" errors="0" time="0.2">
  <testsuite name="pads" tests="2" failures="0" errors="0" skipped="0" time="0.2">
    <testcase classname="pads" name="on the left" time="0.1"/>
    <testcase classname="pads" name="on the right" time="0.1"/>
  </testsuite>
</testsuites>
`
}

import { craftBundle, fileMaterial, honestMaterials } from '../../attestations/testing/craft.ts'
import type { CraftOptions } from '../../attestations/testing/craft.ts'
import { storeBundle } from '../../attestations/testing/store-world.ts'
import type { StoreWorld } from '../../attestations/testing/store-world.ts'
import type { InitRunInput } from '../../runs/init-run.ts'
import * as runs from '../../runs/run-repo.ts'
import type { Run } from '../../runs/run.ts'
import { CONTRACT } from '../../runs/testing/run-world.ts'
import * as evaluations from '../policy-evaluation-repo.ts'
import { policyVerdict, type PolicyVerdict } from '../policy-verdict.ts'

/** A policy that bans components by name, `left-pad` and `right-pad` unless told otherwise, as a document. */
export const BANNED = `apiVersion: chainloop.dev/v1
kind: Policy
metadata: { name: banned }
spec:
  inputs: [{ name: names, default: 'left-pad,right-pad' }]
  policies:
    - kind: SBOM_CYCLONEDX_JSON
      embedded: |
        package p
        import rego.v1
        violations contains sprintf("%s is banned", [component.name]) if {
          some component in input.components
          component.name in as_list(input.args.names)
        }
        as_list(x) := x if is_array(x)
        as_list(x) := [x] if is_string(x)
`

/** Of materials named `binary`, `sbom` and, if it is there, `other`. */
export const OPTIONAL_SBOM = `${CONTRACT}    - { name: other, type: SBOM_CYCLONEDX_JSON, optional: true }
`

/** The same, with the policy as a gate. */
export const GATED = `${OPTIONAL_SBOM}  policies:
    materials:
      - gate: true
        embedded:
${BANNED.replaceAll(/^(?=.)/gm, '          ')}`

export function sbomOf(...components: readonly string[]): Buffer {
  return Buffer.from(
    JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      components: components.map((name) => ({ type: 'library', name, version: '1.0.0' })),
    }),
  )
}

export interface StoringOptions extends CraftOptions {
  readonly run?: Partial<InitRunInput>
}

export interface StoredSbom {
  readonly runId: string
  readonly run: Run | undefined
  readonly found: evaluations.RecordedEvaluations | undefined
  readonly verdict: PolicyVerdict
}

/** An honest run but for what the options say; `other` is this SBOM. */
export async function storeSbom(
  world: StoreWorld,
  bytes: Buffer,
  options: StoringOptions = {},
): Promise<StoredSbom> {
  const opened = await world.open(options.run)
  const kind = 'SBOM_CYCLONEDX_JSON'
  const materials = [
    ...(await honestMaterials(world, opened)),
    await fileMaterial(world, opened, { name: 'other', kind, bytes }),
  ]
  await storeBundle(world, opened, await craftBundle(world, opened, { ...options, materials }))
  const organizationId = world.organization.id
  const runId = opened.run.id
  const verdict = await policyVerdict(world.db, world.operator, runId)
  return {
    runId,
    verdict,
    run: await runs.find(world.db, { organizationId, id: runId }),
    found: await evaluations.find(world.db, { organizationId, runId }),
  }
}

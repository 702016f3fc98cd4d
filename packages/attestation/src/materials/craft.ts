import { artifact } from './artifact.ts'
import { containerImage } from './container-image.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter, InspectOptions, Inspection } from './crafter.ts'
import { evidenceFile } from './evidence-file.ts'
import type { Evidence } from './evidence.ts'
import { junitXml } from './junit-xml.ts'
import { DETECTION_ORDER } from './material-kind.ts'
import type { MaterialKind } from './material-kind.ts'
import { emptyFile } from './read-document.ts'
import { sarif } from './sarif.ts'
import { sbomCyclonedxJson } from './sbom-cyclonedx-json.ts'
import { sbomSpdxJson } from './sbom-spdx-json.ts'
import { string } from './string.ts'

/** Who looks at which kind: one line for each that is supported. */
const crafters = {
  STRING: string,
  CONTAINER_IMAGE: containerImage,
  ARTIFACT: artifact,
  SBOM_CYCLONEDX_JSON: sbomCyclonedxJson,
  SBOM_SPDX_JSON: sbomSpdxJson,
  JUNIT_XML: junitXml,
  SARIF: sarif,
  EVIDENCE: evidenceFile,
} as const satisfies Partial<Record<MaterialKind, Crafter>>

export type SupportedKind = keyof typeof crafters

export function isSupportedKind(kind: MaterialKind): kind is SupportedKind {
  return Object.hasOwn(crafters, kind)
}

/** What the evidence says about itself as `kind`. Rejects with `InvalidMaterial`. */
export async function inspectMaterial(
  kind: MaterialKind,
  evidence: Evidence,
  options: InspectOptions = {},
): Promise<Inspection> {
  if (!isSupportedKind(kind)) {
    throw new InvalidMaterial(
      kind,
      `materials of kind ${kind} are not supported yet`,
      'unsupported',
    )
  }
  // A copy, because what is parsed of it is remembered for as long as it lives.
  const inspection = await crafters[kind].inspect(
    { ...evidence, open: () => evidence.open() },
    options,
  )
  return {
    ...inspection,
    annotations: { ...inspection.annotations, ...sizeAnnotation(kind, evidence) },
  }
}

export interface Recognition {
  readonly kind: SupportedKind
  readonly inspection: Inspection
}

/**
 * The first kind that accepts the evidence. A value is an image or a string, a file any of the others; an empty or
 * oversized document is refused instead of being taken for something that nobody looks into.
 */
export async function recognizeKind(
  evidence: Evidence,
  options: InspectOptions = {},
): Promise<Recognition> {
  const shared = { ...evidence, open: () => evidence.open() }
  if (evidence.value === undefined && evidence.size === 0) throw emptyFile('ARTIFACT', evidence)
  for (const kind of DETECTION_ORDER) {
    if (!isSupportedKind(kind) || isValueKind(kind) !== (evidence.value !== undefined)) continue
    const inspection = await tryKind(kind, shared, options)
    if (inspection) {
      const annotations = { ...inspection.annotations, ...sizeAnnotation(kind, evidence) }
      return { kind, inspection: { ...inspection, annotations } }
    }
  }
  throw new InvalidMaterial('ARTIFACT', `${evidence.name} is of no kind that is known`)
}

async function tryKind(
  kind: SupportedKind,
  evidence: Evidence,
  options: InspectOptions,
): Promise<Inspection | undefined> {
  try {
    return await crafters[kind].inspect(evidence, options)
  } catch (cause) {
    if (cause instanceof InvalidMaterial && cause.reason === 'invalid') return undefined
    throw cause
  }
}

function isValueKind(kind: MaterialKind): boolean {
  return kind === 'STRING' || kind === 'CONTAINER_IMAGE'
}

function sizeAnnotation(kind: MaterialKind, { size, value }: Evidence): Record<string, string> {
  if (kind === 'CONTAINER_IMAGE') return {}
  const bytes = kind === 'STRING' ? Buffer.byteLength(value ?? '') : size
  return { 'chainloop.material.size': String(bytes) }
}

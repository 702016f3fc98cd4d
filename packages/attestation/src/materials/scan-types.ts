/** Which kind of scan an engine of Checkmarx makes; engines that are not here are not classified. */
const SCAN_TYPES: ReadonlyMap<string, string> = new Map([
  ['sast', 'sast'],
  ['sca', 'sca'],
  ['kics', 'iac'],
  ['containers', 'container'],
  ['sscs', 'supply-chain'],
])

export function isScanEngine(name: string): boolean {
  return SCAN_TYPES.has(name)
}

export function scanTypesAnnotation(engines: readonly string[]): Record<string, string> {
  const types = new Set(engines.flatMap((engine) => SCAN_TYPES.get(engine) ?? []))
  if (types.size === 0) return {}
  return { 'chainloop.material.scan.types': [...types].toSorted().join(',') }
}

/** A valid CycloneDX document of about `bytes` bytes; another `seed` makes other bytes. */
export function largeBom(bytes: number, seed: string): string {
  const components: string[] = []
  let length = 0
  while (length < bytes) {
    const text = component(components.length, seed)
    length += text.length + 1
    components.push(text)
  }
  const metadata = { component: { type: 'application', name: seed, version: '1.0.0' } }
  const head = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata }
  return `${JSON.stringify(head).slice(0, -1)},"components":[${components.join()}]}`
}

function component(at: number, seed: string): string {
  const name = `package-${at}`
  const purl = `pkg:npm/%40${seed}/${name}@1.${at}.0`
  return JSON.stringify({
    type: 'library',
    'bom-ref': purl,
    group: `@${seed}`,
    name,
    version: `1.${at}.0`,
    description: `A "library" that does the ${at}th thing\nand nothing else`,
    hashes: [{ alg: 'SHA-256', content: at.toString(16).padStart(64, '0') }],
    licenses: [{ license: { id: at % 2 === 0 ? 'MIT' : 'Apache-2.0' } }],
    purl,
    externalReferences: [{ type: 'vcs', url: `git+https://git.example/${seed}/${name}.git` }],
  })
}

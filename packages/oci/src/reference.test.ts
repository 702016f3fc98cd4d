import { expect, test } from '@jest/globals'

import { fullName, parseReference } from './reference.ts'

const sha = `sha256:${'a'.repeat(64)}` as const

test.each([
  ['nginx', 'index.docker.io/library/nginx', { tag: 'latest' }],
  ['acme/web', 'index.docker.io/acme/web', { tag: 'latest' }],
  ['docker.io/nginx:1.27', 'index.docker.io/library/nginx', { tag: '1.27' }],
  ['registry-1.docker.io/acme/web', 'index.docker.io/acme/web', { tag: 'latest' }],
  ['ghcr.io/acme/web:v1', 'ghcr.io/acme/web', { tag: 'v1' }],
  ['localhost/web', 'localhost/web', { tag: 'latest' }],
  ['localhost:5000/web', 'localhost:5000/web', { tag: 'latest' }],
  ['[::1]:5000/web:v1', '[::1]:5000/web', { tag: 'v1' }],
  [`ghcr.io/acme/web@${sha}`, 'ghcr.io/acme/web', { digest: sha }],
  [`ghcr.io/acme/web:v1@${sha}`, 'ghcr.io/acme/web', { tag: 'v1', digest: sha }],
  ['ghcr.io/a/b/c/d__e.f-g', 'ghcr.io/a/b/c/d__e.f-g', { tag: 'latest' }],
])('%s is %s', (text, name, version) => {
  const { registry, repository, ...rest } = parseReference(text) ?? { registry: '', repository: '' }

  expect(fullName({ registry, repository })).toBe(name)
  expect(rest).toEqual(version)
})

test.each([
  '',
  ':v1',
  '@',
  'UPPER/case',
  'a b',
  'https://ghcr.io/a',
  'x@sha256:00',
  `x@${sha}@${sha}`,
  'ghcr.io/',
  'ghcr.io/a//b',
  'ghcr.io/a/../b',
  'a:-tag',
  `a:${'t'.repeat(129)}`,
  'al:pw@ghcr.io/a',
  'a\nb',
  'a'.repeat(600),
])('%j is none', (text) => {
  expect(parseReference(text)).toBeUndefined()
})

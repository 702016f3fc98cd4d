import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { run } from '../lib/process.ts'
import { findProgram } from '../servers/daemon.ts'

/** A program of somebody else that has to agree with ours. */
export interface Peer {
  readonly name: string
  /** What `go install` builds. */
  readonly packagePath: string
  readonly version: string
  /** Folder of a module of ours that wraps what is not a program by itself; built instead of installed. */
  readonly wrapper?: string
  /** Folder of a go.mod that pins it, where the proxy lists no versions and `go install` cannot ask. */
  readonly pinnedIn?: string
}

export const cosign: Peer = {
  name: 'cosign',
  packagePath: 'github.com/sigstore/cosign/v3/cmd/cosign',
  version: 'v3.1.3',
}

export const helm: Peer = {
  name: 'helm',
  packagePath: 'helm.sh/helm/v3/cmd/helm',
  version: 'v3.22.0',
}

/** A gateway that speaks all of S3. */
export const versitygw: Peer = {
  name: 'versitygw',
  packagePath: 'github.com/versity/versitygw/cmd/versitygw',
  version: 'v1.8.0',
}

export const fakeGcsServer: Peer = {
  name: 'fake-gcs-server',
  packagePath: 'github.com/fsouza/fake-gcs-server',
  version: 'v1.56.1',
}

/** Docker's registry, a major version after Debian's. */
export const distribution: Peer = {
  name: 'registry',
  packagePath: 'github.com/distribution/distribution/v3/cmd/registry',
  version: 'v3.0.0',
}

export const zot: Peer = {
  name: 'zot',
  packagePath: 'zotregistry.dev/zot/v2/cmd/zot',
  version: 'v2.1.10',
}

export const opa: Peer = {
  name: 'opa',
  packagePath: 'github.com/open-policy-agent/opa',
  version: 'v1.22.2',
}

/** Finds what refers to an image. */
export const oras: Peer = {
  name: 'oras',
  packagePath: 'oras.land/oras/cmd/oras',
  version: 'v1.3.6',
}

/** The broker that franz-go is tested with, behind a port. */
export const kfake: Peer = {
  name: 'kfake',
  packagePath: 'github.com/twmb/franz-go/pkg/kfake',
  version: 'v0.0.0-20260918054303',
  wrapper: join(import.meta.dirname, 'kfake'),
}

export const fulcio: Peer = {
  name: 'fulcio',
  packagePath: 'github.com/sigstore/fulcio',
  version: 'v1.8.8',
}

export const timestampServer: Peer = {
  name: 'timestamp-server',
  packagePath: 'github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server',
  version: 'v2.1.5',
}

export const slsaVerifier: Peer = {
  name: 'slsa-verifier',
  packagePath: 'github.com/slsa-framework/slsa-verifier/v2/cli/slsa-verifier',
  version: 'v2.7.1',
  pinnedIn: join(import.meta.dirname, 'slsa-verifier'),
}

/** The engine alone, behind its HTTP paths: all of Vault takes gigabytes to build. */
export const transit: Peer = {
  name: 'vault-transit',
  packagePath: 'github.com/hashicorp/vault/builtin/logical/transit',
  version: 'v1.21.4',
  wrapper: join(import.meta.dirname, 'transit'),
}

export type Availability = { readonly program: string } | { readonly reason: string }

/** Builds a peer at its pinned version once per machine, through the module proxy that Go is set to. */
export async function obtain(peer: Peer): Promise<Availability> {
  const { name, version } = peer
  const folder = join(
    process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    'chainloop-interop',
  )
  const program = join(folder, `${name}-${version}`)
  if (existsSync(program)) return { program }

  const go = findProgram('go', ['/usr/local/go/bin'])
  if (go === undefined)
    return { reason: `${name} ${version} would have to be built, and there is no Go here` }
  const bin = join(folder, `building-${name}-${process.pid}`)
  mkdirSync(bin, { recursive: true })
  // The toolchain may be fetched where the module asks for a newer one.
  const env = { GOBIN: bin, GOTOOLCHAIN: 'auto', GOFLAGS: '-trimpath' }
  const built = await build(go, peer, env)
  if (built.code !== 0)
    return { reason: `${name} ${version} could not be built: ${lastLine(built.output)}` }
  renameSync(join(bin, name), program)
  return { program }
}

function build(go: string, peer: Peer, env: { readonly GOBIN: string }) {
  const { name, packagePath, version, wrapper, pinnedIn } = peer
  const output = join(env.GOBIN, name)
  if (pinnedIn !== undefined) {
    return run(go, ['build', '-o', output, packagePath], { env, cwd: pinnedIn })
  }
  return wrapper === undefined
    ? run(go, ['install', `${packagePath}@${version}`], { env, cwd: '/' })
    : run(go, ['build', '-o', output, '.'], { env, cwd: wrapper })
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}

import { arithmetic } from './arithmetic.ts'
import { aws } from './aws.ts'
import { certificates } from './certificates.ts'
import { collections } from './collections.ts'
import { comparison } from './comparison.ts'
import { crypto } from './crypto.ts'
import { encoding } from './encoding.ts'
import { engine } from './engine.ts'
import { glob } from './glob.ts'
import { graph } from './graph.ts'
import { graphql } from './graphql.ts'
import { http } from './http.ts'
import { jsonPatch } from './json-patch.ts'
import { jsonPaths } from './json-paths.ts'
import { jwtVerify } from './jwt-verify.ts'
import { jwt } from './jwt.ts'
import { net } from './net.ts'
import { objects } from './objects.ts'
import { regex } from './regex.ts'
import type { Builtin, Registry } from './registry.ts'
import { schemas } from './schemas.ts'
import { semver } from './semver.ts'
import { strings } from './strings.ts'
import { time } from './time.ts'
import { types } from './types.ts'
import { units } from './units.ts'
import { uri } from './uri.ts'
import { uuid } from './uuid.ts'

const families: readonly (readonly Builtin[])[] = [
  comparison, arithmetic, collections, types, strings, objects, jsonPaths, jsonPatch, encoding, uri,
  regex, glob, time, semver, units, uuid, graph, net, crypto, certificates, jwt, jwtVerify, graphql, schemas, http, aws, engine,
] // prettier-ignore

/** Every built-in function, those of the caller included; they may not replace one of ours. */
export function createRegistry(
  own: readonly Builtin[] = [],
  without: readonly string[] = [],
): Registry {
  const registry = new Map<string, Builtin>()
  for (const builtin of [...families.flat(), ...own]) {
    if (registry.has(builtin.name)) throw new TypeError(`built-in function ${builtin.name} exists`)
    registry.set(builtin.name, builtin)
  }
  for (const name of without) registry.delete(name)
  return registry
}

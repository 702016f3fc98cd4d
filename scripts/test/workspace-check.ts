import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

import { root } from '../lib/process.ts'
import { layerProblems } from './layers.ts'

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

interface TypeScriptConfig {
  readonly references?: readonly { readonly path: string }[]
}

/** What has to agree and no tool compares: the members of the workspace, their tsconfigs, and who may depend on whom. */
export async function workspaceProblems(): Promise<string> {
  const members = new Map(memberFolders().map((folder) => [readManifest(folder).name, folder]))
  const problems = [...members].flatMap(([name, folder]) => [
    ...referenceProblems(name, folder, members),
    ...layerProblems(name, dependenciesOf(folder)),
  ])
  problems.push(...missing('tsconfig.json', referencesOf('.'), [...members.values()]))
  return problems.join('\n')
}

function referenceProblems(
  name: string,
  folder: string,
  members: ReadonlyMap<string, string>,
): string[] {
  const needed = dependenciesOf(folder).flatMap((dependency) => members.get(dependency) ?? [])
  return missing(`${folder}/tsconfig.json (${name})`, referencesOf(folder), needed)
}

function missing(where: string, present: readonly string[], needed: readonly string[]): string[] {
  return needed
    .filter((folder) => !present.includes(folder))
    .map((folder) => `${where} lacks a reference to ${folder}`)
}

function referencesOf(folder: string): string[] {
  const config: TypeScriptConfig = JSON.parse(
    readFileSync(join(root, folder, 'tsconfig.json'), 'utf8'),
  )
  return (config.references ?? []).map(({ path }) => relative(root, join(root, folder, path)))
}

function dependenciesOf(folder: string): string[] {
  const { dependencies, devDependencies } = readManifest(folder)
  return Object.keys({ ...dependencies, ...devDependencies })
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
}

function memberFolders(): string[] {
  const parents = ['packages', 'services', 'test'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  )
  return ['proto', ...parents].filter((folder) => existsSync(join(root, folder, 'package.json')))
}

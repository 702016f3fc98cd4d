import { evaluable } from '../compile/bindings.ts'
import { child, isFunction } from '../compile/tree.ts'
import type { RuleNode } from '../compile/tree.ts'
import { dig, indexValue } from '../evaluate/access.ts'
import type { Frame } from '../evaluate/context.ts'
import { documentAt, extent } from '../evaluate/documents.ts'
import type { RefTerm, Term } from '../syntax/ast.ts'
import type { Value } from '../values/value.ts'
import { planEach } from './each.ts'
import type { Expr, Link, Planner } from './planner.ts'
import { readSlot, temporary } from './planner.ts'

type Site = { readonly planner: Planner; readonly links: Link[] }
type PlanTerm = (term: Term, site: Site) => Expr

/** A reference: brackets with unbound variables become loops in the links of the site. */
export function planRef(ref: RefTerm, site: Site, planTerm: PlanTerm): Expr {
  const isData = ref.head.kind === 'var' && ref.head.name === 'data'
  const start = isData ? planData(ref, site, planTerm) : { expr: planTerm(ref.head, site), used: 0 }
  return planPath(start.expr, ref.path.slice(start.used), { ...site, planTerm })
}

type PathSite = Site & { readonly planTerm: PlanTerm }

export function planPath(base: Expr, path: readonly Term[], site: PathSite): Expr {
  let expr = base
  for (const key of path) {
    expr = evaluable(key, site.planner.bound)
      ? planIndex(expr, site.planTerm(key, site), key)
      : planEnumeration(expr, key, site)
  }
  return expr
}

function planIndex(base: Expr, key: Expr, term: Term): Expr {
  if (term.kind === 'constant') {
    const { value } = term
    return (frame) => {
      const collection = base(frame)
      return collection === undefined ? undefined : indexValue(collection, value)
    }
  }
  return (frame) => {
    const collection = base(frame)
    if (collection === undefined) return undefined
    const at = key(frame)
    return at === undefined ? undefined : indexValue(collection, at)
  }
}

function planEnumeration(base: Expr, key: Term, { planner, links, planTerm }: PathSite): Expr {
  const value = temporary(planner)
  links.push(...planEach({ source: base, key, valueSlot: value }, planner, planTerm))
  return readSlot(value)
}

type Start = { readonly expr: Expr; readonly used: number }

/** The part of a reference to `data` that rules or base documents answer. */
function planData(ref: RefTerm, site: Site, planTerm: PlanTerm): Start {
  const { workshop, bound } = site.planner
  const root = workshop.program.root
  const { node, used } = descend(root, ref.path)
  const keys = constants(ref.path.slice(0, used))
  if (!node) return planBase(ref.path)
  if (node.rules.length > 0) return { expr: planDocument(root, node, keys), used }
  const dynamic = ref.path.slice(used)
  const known = dynamic.findIndex((key) => !evaluable(key, bound))
  const reach = dynamic
    .slice(0, known < 0 ? dynamic.length : known)
    .map((key) => planTerm(key, site))
  if (reach.length === 0) return { expr: planExtent(root, node, keys), used }
  return { expr: planLookup(root, keys, reach), used: used + reach.length }
}

/** Follows constant keys down to a rule, to the end of the rules, or to a key not yet known. */
function descend(
  root: RuleNode,
  path: readonly Term[],
): { node: RuleNode | undefined; used: number } {
  let node: RuleNode | undefined = root
  let used = 0
  for (const key of path) {
    if (!node || node.rules.length > 0 || key.kind !== 'constant') break
    node = child(node, key.value)
    used += 1
  }
  return { node, used }
}

function constants(path: readonly Term[]): Value[] {
  return path.flatMap((key) => (key.kind === 'constant' ? [key.value] : []))
}

function planBase(path: readonly Term[]): Start {
  const end = path.findIndex((key) => key.kind !== 'constant')
  const used = end < 0 ? path.length : end
  const keys = constants(path.slice(0, used))
  return { expr: ({ context }) => dig(context.data, keys), used }
}

function planDocument(root: RuleNode, node: RuleNode, keys: readonly Value[]): Expr {
  if (isFunction(node)) return () => undefined
  return ({ context }) =>
    context.hidden.size === 0
      ? context.run.documents(node, context)
      : documentAt(context, root, keys)
}

function planExtent(root: RuleNode, node: RuleNode, keys: readonly Value[]): Expr {
  return ({ context }) =>
    context.hidden.size === 0
      ? extent(context, node, dig(context.data, keys))
      : documentAt(context, root, keys)
}

function planLookup(root: RuleNode, keys: readonly Value[], reach: readonly Expr[]): Expr {
  return (frame: Frame) => {
    const all = [...keys]
    for (const expr of reach) {
      const key = expr(frame)
      if (key === undefined) return undefined
      all.push(key)
    }
    return documentAt(frame.context, root, all)
  }
}

import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

type Annotations = Readonly<Record<string, string>>

/** `k=v,k2=v2`: every pair has to be there. The material's annotations stand before the attestation's. */
export function passesFilter(filter: string | undefined, annotations: Annotations): boolean {
  return pairsOf(filter ?? '').every(([key, value]) => annotations[key] === value)
}

function pairsOf(filter: string): [string, string][] {
  return filter
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [key = '', ...value] = pair.split('=')
      if (key === '' || value.length === 0) {
        throw new DeliveryError('permanent', `filter: ${JSON.stringify(pair)} is not key=value`)
      }
      return [key.trim(), value.join('=').trim()]
    })
}

export interface TemplateScope {
  readonly material: Annotations
  readonly attestation: Annotations
}

const placeholder = /\{\{\s*\.(Material|Attestation)\.Annotations\.([\w-]+)\s*\}\}/g

/** Undefined when it refers to an annotation that is not there. Keys may be written with a capital first letter. */
export function renderTemplate(template: string, scope: TemplateScope): string | undefined {
  let complete = true
  const text = template.replaceAll(placeholder, (_all, of: string, key: string) => {
    const value = lookUp(of === 'Material' ? scope.material : scope.attestation, key)
    complete &&= value !== undefined
    return value ?? ''
  })
  if (text.includes('{{')) {
    throw new DeliveryError(
      'permanent',
      `the project name ${JSON.stringify(template)} is no template`,
    )
  }
  return complete ? text : undefined
}

function lookUp(annotations: Annotations, key: string): string | undefined {
  return annotations[key] ?? annotations[key.charAt(0).toLowerCase() + key.slice(1)]
}

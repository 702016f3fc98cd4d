import { isMaterialKind } from '@chainloop/attestation/materials/material-kind'

/** Where it is explained, in the repository of this program: by the name of an error's class. */
export const PAGES: Readonly<Record<string, string>> = {
  AlreadyInitialized: 'docs/ci.md#one-run-several-jobs',
  NotInitialized: 'docs/ci.md#one-run-several-jobs',
  BrokenState: 'docs/ci.md#one-run-several-jobs',
  IncompleteAttestation: 'docs/contracts.md#write',
  InvalidCheckpoint: 'docs/operators.md#6-what-happened',
  InvalidExport: 'docs/operators.md#6-what-happened',
  InvalidHead: 'docs/operators.md#6-what-happened',
  InvalidContract: 'docs/contracts.md#write',
  ContractNotClosed: 'docs/contracts.md#what-a-contract-refers-to',
  PinBroken: 'docs/contracts.md#what-a-contract-refers-to',
  InvalidMaterial: 'docs/materials.md#kinds',
  UnreadableMaterial: 'docs/materials.md#kinds',
  MaterialRefused: 'docs/materials.md#kinds',
  ValueNotFound: 'docs/materials.md#order-of-recognition',
  InvalidPolicy: 'docs/policies.md#write-one',
  InvalidScript: 'docs/policies.md#what-a-script-sees',
  InvalidTemplate: 'docs/policies.md#write-one',
  MissingInput: 'docs/policies.md#attach-it',
  ScriptFailed: 'docs/policies.md#what-a-script-sees',
  InvalidResult: 'docs/policies.md#what-a-script-sees',
  InvalidReference: 'docs/images-and-charts.md#what-is-recorded',
  ImageNotResolved: 'docs/images-and-charts.md#logins',
  NoCredentials: 'docs/ci.md#no-secret-in-the-pipeline',
  AccountRequired: 'docs/ci.md#no-secret-in-the-pipeline',
  RunnerMismatch: 'docs/ci.md#what-is-recognised',
  MissingVariables: 'docs/contracts.md#write',
  TimestampRefused: 'docs/signing.md#who-signs',
  FulcioRefused: 'docs/signing.md#who-signs',
  KeyUnavailable: 'docs/signing.md#who-signs',
  VerificationFailed: 'docs/signing.md#verifying',
  UploadRefused: 'docs/transfers.md',
  DownloadFailed: 'docs/transfers.md',
}

/** By the code of a server's answer. */
export const PAGES_OF_CODES: Readonly<Record<string, string>> = {
  unauthenticated: 'docs/ci.md#no-secret-in-the-pipeline',
  permission_denied: 'docs/access.md',
}

/** Evidence has the section of its kind. */
export function pageOf(error: { readonly name: string }): string | undefined {
  if (error.name === 'InvalidMaterial' && 'kind' in error) {
    const kind = String(error.kind)
    if (isMaterialKind(kind)) return `docs/materials.md#${kind.toLowerCase()}`
  }
  return Object.hasOwn(PAGES, error.name) ? PAGES[error.name] : undefined
}

/** What a command takes. */
export function pageOfCommand(name: string | undefined): string {
  return name === undefined ? 'docs/cli.md' : `docs/cli.md#chainloop-${name.replaceAll(' ', '-')}`
}

import type { Command } from '../core/command.ts'
import { tokenCreate } from './api-token/create.ts'
import { tokenList } from './api-token/list.ts'
import { tokenRevoke } from './api-token/revoke.ts'
import { artifactDownload } from './artifact/download.ts'
import { artifactUpload } from './artifact/upload.ts'
import { attestationAdd } from './attestation/add.ts'
import { attestationExport } from './attestation/export.ts'
import { attestationInit } from './attestation/init.ts'
import { attestationJoin } from './attestation/join.ts'
import { attestationProvenance } from './attestation/provenance.ts'
import { attestationPush } from './attestation/push.ts'
import { attestationReset } from './attestation/reset.ts'
import { attestationStatusCommand } from './attestation/status.ts'
import { attestationVerify } from './attestation/verify.ts'
import { attestationVsa } from './attestation/vsa.ts'
import { auditExport } from './audit/export.ts'
import { auditHead } from './audit/head.ts'
import { auditList } from './audit/list.ts'
import { auditVerify } from './audit/verify.ts'
import { authDeleteAccount } from './auth/delete-account.ts'
import { authLogin } from './auth/login.ts'
import { authLogout } from './auth/logout.ts'
import { authSessionList, authSessionRevoke } from './auth/sessions.ts'
import { authStatus } from './auth/status.ts'
import { builderList, builderRemove, builderSet } from './builder/builder.ts'
import { casBackendAdd } from './cas-backend/add.ts'
import { casBackendDelete } from './cas-backend/delete.ts'
import { casBackendDescribe } from './cas-backend/describe.ts'
import { casBackendList } from './cas-backend/list.ts'
import { casBackendMigrate } from './cas-backend/migrate.ts'
import { casBackendRevalidate } from './cas-backend/revalidate.ts'
import { casBackendSetDefault } from './cas-backend/set-default.ts'
import { casBackendUpdate } from './cas-backend/update.ts'
import { casGc } from './cas/gc.ts'
import { casRetentionList } from './cas/retention-list.ts'
import { casRetentionSet } from './cas/retention-set.ts'
import { casTaskCancel } from './cas/task-cancel.ts'
import { casTaskDescribe } from './cas/task-describe.ts'
import { casTaskList } from './cas/task-list.ts'
import { casVerify } from './cas/verify.ts'
import { completionCommands } from './completion/completion.ts'
import { configReset } from './config/reset.ts'
import { configSave } from './config/save.ts'
import { configView } from './config/view.ts'
import { contractApply } from './contract/apply.ts'
import { contractCreate } from './contract/create.ts'
import { contractDelete } from './contract/delete.ts'
import { contractDescribe } from './contract/describe.ts'
import { contractDiff } from './contract/diff.ts'
import { contractLint } from './contract/lint.ts'
import { contractList } from './contract/list.ts'
import { contractSchema } from './contract/schema.ts'
import { contractUpdate } from './contract/update.ts'
import { discover } from './discover.ts'
import { attachedAdd } from './integration/attached/add.ts'
import { attachedDelete } from './integration/attached/delete.ts'
import { attachedList } from './integration/attached/list.ts'
import { attachedTest } from './integration/attached/test.ts'
import { availableDescribe } from './integration/available/describe.ts'
import { availableList } from './integration/available/list.ts'
import { deliveryCancel } from './integration/delivery/cancel.ts'
import { deliveryDescribe } from './integration/delivery/describe.ts'
import { deliveryList } from './integration/delivery/list.ts'
import { deliveryReceipt } from './integration/delivery/receipt.ts'
import { deliveryRetry } from './integration/delivery/retry.ts'
import { deliveryVerify } from './integration/delivery/verify.ts'
import { registeredAdd } from './integration/registered/add.ts'
import { registeredDelete } from './integration/registered/delete.ts'
import { registeredDescribe } from './integration/registered/describe.ts'
import { registeredList } from './integration/registered/list.ts'
import { registeredPause } from './integration/registered/pause.ts'
import { registeredResume } from './integration/registered/resume.ts'
import { integrationReplay } from './integration/replay.ts'
import { replayedCancel } from './integration/replayed/cancel.ts'
import { replayedDescribe } from './integration/replayed/describe.ts'
import { replayedList } from './integration/replayed/list.ts'
import { integrationStatus } from './integration/status.ts'
import { logHead } from './log/head.ts'
import { logMonitor } from './log/monitor.ts'
import { logReport } from './log/report.ts'
import { logVerify } from './log/verify.ts'
import { organizationCommands } from './organization-commands.ts'
import { policyApply } from './policy/apply.ts'
import { policyDefaultList, policyDefaultRemove, policyDefaultSet } from './policy/default.ts'
import { policyEval } from './policy/eval.ts'
import { exceptionApprove, exceptionReject, exceptionRevoke } from './policy/exception-decide.ts'
import { exceptionDescribe, exceptionList, exceptionRequest } from './policy/exception.ts'
import { policyInit } from './policy/init.ts'
import { policyLint } from './policy/lint.ts'
import { policyRepl } from './policy/repl.ts'
import { policySimulate } from './policy/simulate.ts'
import { policyDelete, policyDescribe, policyDiff, policyList } from './policy/stored.ts'
import { policyTest } from './policy/test.ts'
import { quotaList, quotaSet } from './quota/quota.ts'
import { runDescribe } from './run/describe.ts'
import { runList } from './run/list.ts'
import { sharingEnd, sharingList, sharingRequest } from './sharing/sharing.ts'
import { signerAdd } from './signer/add.ts'
import { signerDescribe } from './signer/describe.ts'
import { signerList } from './signer/list.ts'
import { signerRemove } from './signer/remove.ts'
import { signingGenerateKey } from './signing/generate-key.ts'
import { signingTrustedRoot } from './signing/trusted-root.ts'
import { signingVsaKey } from './signing/vsa-key.ts'
import { trustRuleAdd } from './trust-rule/add.ts'
import { trustRuleList } from './trust-rule/list.ts'
import { trustRuleRemove } from './trust-rule/remove.ts'
import { verify } from './verify.ts'
import { version } from './version.ts'
import { workflowCreate } from './workflow/create.ts'
import { workflowDelete } from './workflow/delete.ts'
import { workflowDescribe } from './workflow/describe.ts'
import { workflowList } from './workflow/list.ts'
import { workflowUpdate } from './workflow/update.ts'

const working: readonly Command[] = [
  attestationInit,
  attestationJoin,
  attestationAdd,
  attestationStatusCommand,
  attestationPush,
  attestationReset,
  attestationVerify,
  attestationExport,
  attestationProvenance,
  attestationVsa,
  verify,
  workflowCreate,
  workflowList,
  workflowDescribe,
  workflowUpdate,
  workflowDelete,
  contractCreate,
  contractApply,
  contractUpdate,
  contractList,
  contractDescribe,
  contractDiff,
  contractDelete,
  contractLint,
  contractSchema,
  runList,
  runDescribe,
  artifactUpload,
  artifactDownload,
  discover,
  integrationCommands(),
  organizationCommands(),
  tokenCreate,
  tokenList,
  tokenRevoke,
  trustRuleAdd,
  trustRuleList,
  trustRuleRemove,
  sharingRequest,
  sharingList,
  sharingEnd,
  quotaList,
  quotaSet,
  signerAdd,
  signerList,
  signerDescribe,
  signerRemove,
  builderSet,
  builderList,
  builderRemove,
  policyCommands(),
  policyInit,
  policyLint,
  policyEval,
  policyTest,
  policyRepl,
  auditList,
  auditExport,
  auditHead,
  auditVerify,
  logHead,
  logVerify,
  logMonitor,
  logReport,
  storageCommands(),
  signingTrustedRoot,
  signingVsaKey,
  signingGenerateKey,
  configSave,
  configView,
  configReset,
  authCommands(),
  version,
].flat()

/** Every command, in the order of the help. None of them loads what it does not need. */
export const commands: readonly Command[] = [...working, ...completionCommands(working)]

function policyCommands(): readonly Command[] {
  return [
    policyApply,
    policyList,
    policyDescribe,
    policyDiff,
    policyDelete,
    policyDefaultSet,
    policyDefaultList,
    policyDefaultRemove,
    exceptionRequest,
    exceptionApprove,
    exceptionReject,
    exceptionList,
    exceptionDescribe,
    exceptionRevoke,
    policySimulate,
  ]
}

function authCommands(): readonly Command[] {
  return [authLogin, authLogout, authStatus, authSessionList, authSessionRevoke, authDeleteAccount]
}

function integrationCommands(): readonly Command[] {
  return [
    availableList,
    availableDescribe,
    registeredAdd,
    registeredList,
    registeredDescribe,
    registeredDelete,
    registeredPause,
    registeredResume,
    attachedAdd,
    attachedList,
    attachedDelete,
    attachedTest,
    deliveryList,
    deliveryDescribe,
    deliveryRetry,
    deliveryCancel,
    deliveryReceipt,
    deliveryVerify,
    integrationReplay,
    replayedList,
    replayedDescribe,
    replayedCancel,
    integrationStatus,
  ]
}

function storageCommands(): readonly Command[] {
  return [
    casBackendAdd,
    casBackendUpdate,
    casBackendList,
    casBackendDescribe,
    casBackendSetDefault,
    casBackendRevalidate,
    casBackendDelete,
    casBackendMigrate,
    casVerify,
    casGc,
    casTaskList,
    casTaskDescribe,
    casTaskCancel,
    casRetentionSet,
    casRetentionList,
  ].flat()
}

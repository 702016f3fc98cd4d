import { APITokenService } from '@chainloop/proto/controlplane/v1/api_token'
import { CASBackendService } from '@chainloop/proto/controlplane/v1/cas_backends'
import { ContextService } from '@chainloop/proto/controlplane/v1/context'
import { OrganizationService } from '@chainloop/proto/controlplane/v1/organization'
import { StatusService } from '@chainloop/proto/controlplane/v1/status'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { WorkflowContractService } from '@chainloop/proto/controlplane/v1/workflow_contract'
import type { ConnectRouter } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { apiTokenService } from './api-token-service.ts'
import { casBackendService } from './cas-backend-service.ts'
import { contextService } from './context-service.ts'
import { organizationService } from './organization-service.ts'
import { statusService } from './status-service.ts'
import { workflowContractService } from './workflow-contract-service.ts'
import { workflowService } from './workflow-service.ts'

/** What clients may call; services that are not built are not here, and answer Unimplemented. */
export function apiRoutes(ctx: Context): (router: ConnectRouter) => void {
  return (router) => {
    router.service(StatusService, statusService(ctx))
    router.service(ContextService, contextService(ctx))
    router.service(OrganizationService, organizationService(ctx))
    router.service(WorkflowService, workflowService(ctx))
    router.service(WorkflowContractService, workflowContractService(ctx))
    router.service(APITokenService, apiTokenService(ctx))
    router.service(CASBackendService, casBackendService(ctx))
  }
}

/** What our own services may call, on their own listener. */
export function internalRoutes(_ctx: Context): (router: ConnectRouter) => void {
  return () => {}
}

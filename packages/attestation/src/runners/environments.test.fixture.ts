import type { Environment } from './runner.ts'

/**
 * Environments as the platforms publish them; each names the list and its date. Values are made up, and what is not asked
 * for (PATH and so on) is left out.
 */

/** https://docs.github.com/en/enterprise-server@3.19/actions/reference/variables-reference, RUNNER_ENVIRONMENT since 2024-06-03; read 2026-11-23 */
export const githubEnvironment: Environment = {
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTOR: 'alice',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REPOSITORY: 'acme/web',
  GITHUB_REPOSITORY_OWNER: 'acme',
  GITHUB_RUN_ID: '17',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_SHA: 'ab'.repeat(20),
  RUNNER_ENVIRONMENT: 'github-hosted',
  RUNNER_NAME: 'GitHub Actions 12',
  RUNNER_OS: 'Linux',
}

/** https://docs.gitlab.com/ci/variables/predefined_variables/, read 2026-11-23 */
export const gitlabEnvironment: Environment = {
  CI: 'true',
  GITLAB_CI: 'true',
  CI_COMMIT_REF_NAME: 'main',
  CI_COMMIT_SHA: 'ab'.repeat(20),
  CI_JOB_URL: 'https://git.acme.example/acme/web/-/jobs/1',
  CI_PIPELINE_SOURCE: 'push',
  CI_PIPELINE_URL: 'https://git.acme.example/acme/web/-/pipelines/1',
  CI_PROJECT_PATH: 'acme/web',
  CI_PROJECT_URL: 'https://git.acme.example/acme/web',
  CI_RUNNER_DESCRIPTION: 'shared-1',
  CI_RUNNER_VERSION: '18.5.0',
  CI_SERVER_URL: 'https://git.acme.example',
  GITLAB_USER_EMAIL: 'alice@acme.example',
  GITLAB_USER_LOGIN: 'alice',
}

/** https://learn.microsoft.com/azure/devops/pipelines/build/variables, of 2024-08-07 */
export const azureEnvironment: Environment = {
  TF_BUILD: 'True',
  BUILD_BUILDID: '1430',
  BUILD_BUILDNUMBER: '20261123.1',
  BUILD_BUILDURI: 'vstfs:///Build/Build/1430',
  BUILD_REASON: 'IndividualCI',
  BUILD_REPOSITORY_NAME: 'web',
  BUILD_REPOSITORY_URI: 'https://acme@dev.azure.com/acme/web/_git/web',
  BUILD_REQUESTEDFOR: 'Alice',
  BUILD_REQUESTEDFOREMAIL: 'alice@acme.example',
  SYSTEM_JOBID: '12f1170f-54f2-53f3-20dd-22fc7dff55f9',
  SYSTEM_TEAMFOUNDATIONSERVERURI: 'https://dev.azure.com/acme/',
  SYSTEM_TEAMPROJECT: 'The web',
}

/** /env-vars.html of a controller (2.4xx, 2023-04) and https://www.jenkins.io/doc/book/pipeline/jenkinsfile/, read 2026-11-23 */
export const jenkinsEnvironment: Environment = {
  BUILD_NUMBER: '15',
  BUILD_URL: 'https://ci.acme.example/job/web/15/',
  GIT_BRANCH: 'origin/main',
  GIT_COMMIT: 'ab'.repeat(20),
  JENKINS_HOME: '/var/jenkins_home',
  JENKINS_URL: 'https://ci.acme.example/',
  JOB_NAME: 'web',
  NODE_NAME: 'built-in',
  WORKSPACE: '/var/jenkins_home/workspace/web',
}

/** https://circleci.com/docs/reference/variables/, of 2026-09-29 */
export const circleciEnvironment: Environment = {
  CI: 'true',
  CIRCLECI: 'true',
  CIRCLE_BUILD_NUM: '9',
  CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/web/9',
  CIRCLE_JOB: 'build',
  CIRCLE_NODE_INDEX: '0',
  CIRCLE_NODE_TOTAL: '1',
  CIRCLE_TAG: 'v1.4.0',
}

/** Set by whoever calls us from a module; the others are those of the system around it. */
export const daggerEnvironment: Environment = {
  CHAINLOOP_DAGGER_CLIENT: 'v1.90.0',
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_HEAD_REF: 'feature',
}

/** https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html, of 2023.09 */
export const teamcityEnvironment: Environment = {
  BUILD_NUMBER: '31',
  BUILD_URL: 'https://teamcity.acme.example/buildConfiguration/Web_Build/31',
  BUILD_VCS_NUMBER: 'ab'.repeat(20),
  TEAMCITY_BUILDCONF_NAME: 'Build',
  TEAMCITY_PROJECT_NAME: 'Web',
  TEAMCITY_VERSION: '2023.09 (build 129203)',
}

/** Kubernetes: https://kubernetes.io/docs/concepts/containers/container-environment/, read 2026-11-23; Tekton sets none */
export const tektonEnvironment: Environment = {
  HOSTNAME: 'web-build-pod',
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  KUBERNETES_SERVICE_PORT: '443',
}

/** https://tekton.dev/vault/pipelines-v1.3.x-lts/labels/, read 2026-11-23 */
export const tektonLabels = {
  'tekton.dev/pipeline': 'web',
  'tekton.dev/pipelineRun': 'web-1',
  'tekton.dev/pipelineTask': 'build',
  'tekton.dev/taskRun': 'web-1-build',
  'app.kubernetes.io/managed-by': 'tekton-pipelines',
}

/** https://buildkite.com/docs/pipelines/configure/environment-variables, read 2026-11-23 */
export const buildkiteEnvironment: Environment = {
  BUILDKITE: 'true',
  BUILDKITE_AGENT_ACCESS_TOKEN: 'secret',
  BUILDKITE_BRANCH: 'main',
  BUILDKITE_BUILD_NUMBER: '1514',
  BUILDKITE_BUILD_URL: 'https://buildkite.com/acme-inc/my-project/builds/1514',
  BUILDKITE_COMMIT: 'ab'.repeat(20),
  BUILDKITE_COMPUTE_TYPE: 'hosted',
  BUILDKITE_JOB_ID: 'e44f9784-e20e-4b93-a21d-f41fd5869db9',
  BUILDKITE_REPO: 'https://alice:secret@git.acme.example/acme/web.git',
  CI: 'true',
}

/** https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/, read 2026-11-23 */
export const bitbucketEnvironment: Environment = {
  BITBUCKET_BRANCH: 'main',
  BITBUCKET_BUILD_NUMBER: '8',
  BITBUCKET_COMMIT: 'ab'.repeat(20),
  BITBUCKET_REPO_FULL_NAME: 'acme/web',
  BITBUCKET_STEP_OIDC_TOKEN: 'secret',
  BITBUCKET_WORKSPACE: 'acme',
  CI: 'true',
}

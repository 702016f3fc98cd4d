{{- define "chainloop.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Arguments: dict "root" $ "component" "controlplane" */}}
{{- define "chainloop.selector" -}}
app.kubernetes.io/name: chainloop
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "chainloop.labels" -}}
{{ include "chainloop.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* Arguments: dict "root" $ "values" .Values.controlplane */}}
{{- define "chainloop.image" -}}
{{- $registry := .root.Values.image.registry -}}
{{- if $registry }}{{ trimSuffix "/" $registry }}/{{ end -}}
{{ .values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}

{{- define "chainloop.serviceAccountName" -}}
{{- if .root.Values.serviceAccount.create -}}
{{ include "chainloop.name" .root }}-{{ .component }}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{- define "chainloop.secretName" -}}
{{ .Values.secrets.existingSecret | default (printf "%s-secrets" (include "chainloop.name" .)) }}
{{- end -}}

{{- define "chainloop.databaseSecretName" -}}
{{ .Values.database.existingSecret | default (printf "%s-database" (include "chainloop.name" .)) }}
{{- end -}}

{{- define "chainloop.redisSecretName" -}}
{{ .Values.redis.existingSecret | default (printf "%s-redis" (include "chainloop.name" .)) }}
{{- end -}}

{{- define "chainloop.hasRedis" -}}
{{- if or .Values.redis.url .Values.redis.existingSecret }}true{{ end -}}
{{- end -}}

{{/* Of the HTTP listeners, as clients see them. Arguments: dict "root" $ "url" "…" "host" "…" "service" "artifact-cas" "port" 8001 */}}
{{- define "chainloop.externalUrl" -}}
{{- if .url -}}
{{ .url }}
{{- else if and .root.Values.ingress.enabled .host -}}
https://{{ .host }}
{{- else -}}
http://{{ include "chainloop.name" .root }}-{{ .service }}:{{ .port }}
{{- end -}}
{{- end -}}

{{- define "chainloop.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "chainloop.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "chainloop.scheduling" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The metrics listener of every service answers both. Arguments: name of its port. */}}
{{- define "chainloop.probes" -}}
startupProbe:
  httpGet: { path: /statusz, port: {{ . }} }
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /statusz, port: {{ . }} }
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: { path: '/statusz?readiness=1', port: {{ . }} }
  periodSeconds: 5
  timeoutSeconds: 5
{{- end -}}

{{- define "chainloop.commonEnv" -}}
- name: NODE_ENV
  value: production
- name: CHAINLOOP_BIND
  value: 0.0.0.0
# TLS ends at the ingress.
- name: CHAINLOOP_ALLOW_CLEARTEXT
  value: 'true'
- name: CHAINLOOP_ISSUER
  value: {{ .Values.issuer | quote }}
{{- with .Values.egressAllow }}
- name: CHAINLOOP_EGRESS_ALLOW
  value: {{ join "," . | quote }}
{{- end }}
{{- with .Values.otlpEndpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Fails early where the parts of the values do not fit together. */}}
{{- define "chainloop.check" -}}
{{- if not (or .Values.database.url .Values.database.existingSecret) -}}
{{- fail "database.url or database.existingSecret is required: this chart brings no PostgreSQL" -}}
{{- end -}}
{{- if and (gt (int .Values.controlplane.replicas) 1) (not .Values.controlplane.signing.existingSecret) -}}
{{- fail "controlplane.replicas > 1 needs controlplane.signing.existingSecret: generated keys live on the volume of one replica" -}}
{{- end -}}
{{- if and (gt (int .Values.artifactCas.replicas) 1) (ne .Values.artifactCas.persistence.accessMode "ReadWriteMany") -}}
{{- fail "artifactCas.replicas > 1 needs artifactCas.persistence.accessMode ReadWriteMany" -}}
{{- end -}}
{{- if and (gt (int .Values.controlplane.replicas) 1) (not (include "chainloop.hasRedis" .)) -}}
{{- fail "controlplane.replicas > 1 needs redis.url or redis.existingSecret" -}}
{{- end -}}
{{- if and (gt (int .Values.artifactCas.replicas) 1) (not (include "chainloop.hasRedis" .)) -}}
{{- fail "artifactCas.replicas > 1 needs redis.url or redis.existingSecret" -}}
{{- end -}}
{{- end -}}

{{- define "dapr-components.labels" -}}
app.kubernetes.io/name: dapr-components
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: dapr
app.kubernetes.io/part-of: todo
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The scopes of a resource, from a list. No scopes means every app. */}}
{{- define "dapr-components.scopes" -}}
{{- with . }}
scopes: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* A libpq keyword/value: quoted, so that a password may hold anything. */}}
{{- define "dapr-components.dsnValue" -}}
'{{ . | replace "\\" "\\\\" | replace "'" "\\'" }}'
{{- end }}

{{/*
The connection string, from the database's own Secret: the password is in no
values file, argument or environment of whoever installs this chart.
*/}}
{{- define "dapr-components.connectionString" -}}
{{- $from := .Values.postgresql.secret -}}
{{- $database := "offline" }}{{ $user := "offline" }}{{ $password := "offline" -}}
{{- $secret := lookup "v1" "Secret" $from.namespace $from.name -}}
{{- if $secret -}}
{{- $database = $secret.data.database | b64dec -}}
{{- $user = $secret.data.user | b64dec -}}
{{- $password = $secret.data.password | b64dec -}}
{{- else if lookup "v1" "Namespace" "" "kube-system" -}}
{{- /* There is a cluster: this is no offline rendering. */ -}}
{{- fail (printf "Secret %s/%s not found: install the release postgresql first" $from.namespace $from.name) -}}
{{- end -}}
host={{ .Values.postgresql.host }} port={{ .Values.postgresql.port }} connect_timeout=5
{{- print " dbname=" (include "dapr-components.dsnValue" $database) -}}
{{- print " user=" (include "dapr-components.dsnValue" $user) -}}
{{- print " password=" (include "dapr-components.dsnValue" $password) -}}
{{- end }}

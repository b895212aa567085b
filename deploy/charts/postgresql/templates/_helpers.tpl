{{- define "postgresql.row" -}}
{{- include "lib.role" (list . "database") -}}
{{- end }}

{{- define "postgresql.selector" -}}
app.kubernetes.io/name: {{ (include "postgresql.row" . | fromJson).name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "postgresql.labels" -}}
{{ include "postgresql.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: database
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The size of the database's claim; empty where it has none. */}}
{{- define "postgresql.claim" -}}
{{- $row := include "postgresql.row" . | fromJson -}}
{{- range .Values.volumes -}}
{{- if and (eq .namespace $row.namespace) (eq .name (printf "data-%s-0" $row.name)) -}}
{{- include "lib.larger" (list .size $.Values.settings.storage.atLeast) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* A field of the Secret of an earlier installation, from (list $ field new): encoded. */}}
{{- define "postgresql.kept" -}}
{{- $row := include "postgresql.row" (index . 0) | fromJson -}}
{{- $earlier := lookup "v1" "Secret" $row.namespace $row.name -}}
{{- if and $earlier (index $earlier.data (index . 1)) -}}
{{- index $earlier.data (index . 1) -}}
{{- else -}}
{{- index . 2 | b64enc -}}
{{- end -}}
{{- end }}

{{- define "postgresql.probe" -}}
exec:
  command: [pg_isready, --quiet, --host=127.0.0.1, --username={{ .user }}, --dbname={{ .database }}]
{{- end }}

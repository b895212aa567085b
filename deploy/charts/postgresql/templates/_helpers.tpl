{{- define "postgresql.selector" -}}
app.kubernetes.io/name: postgresql
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "postgresql.labels" -}}
{{ include "postgresql.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: database
app.kubernetes.io/part-of: todo
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The password of an earlier installation, or a new one. */}}
{{- define "postgresql.password" -}}
{{- $earlier := lookup "v1" "Secret" .Release.Namespace "postgresql" -}}
{{- if and $earlier $earlier.data.password -}}
{{- $earlier.data.password -}}
{{- else -}}
{{- randAlphaNum 32 | b64enc -}}
{{- end -}}
{{- end }}

{{- define "postgresql.probe" -}}
exec:
  command: [pg_isready, --quiet, --host=127.0.0.1, --username={{ .Values.user }}, --dbname={{ .Values.database }}]
{{- end }}

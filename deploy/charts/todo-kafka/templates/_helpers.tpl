{{- define "todo-kafka.labels" -}}
app.kubernetes.io/name: todo-kafka
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Values.version | quote }}
app.kubernetes.io/component: messaging
app.kubernetes.io/part-of: todo
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The storage section of a component, from its storage values. */}}
{{- define "todo-kafka.storage" -}}
{{- if eq .type "ephemeral" -}}
type: ephemeral
{{- with .sizeLimit }}
sizeLimit: {{ . }}
{{- end }}
{{- else if eq .type "persistent" -}}
type: persistent-claim
size: {{ required "storage.size must be given when storage.type is persistent" .size }}
deleteClaim: {{ .deleteClaim }}
{{- with .class }}
class: {{ . }}
{{- end }}
{{- else -}}
{{- fail (printf "storage.type %q: it must be ephemeral or persistent" .type) -}}
{{- end -}}
{{- end }}

{{- define "standin.image" -}}
{{- with .Values.image -}}
{{ .registry }}/{{ with .repository }}{{ . }}/{{ end }}{{ .name }}:{{ .tag }}
{{- end -}}
{{- end -}}

{{- define "standin.labels" -}}
app: strimzi
component: cluster-operator
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* Namespaces to watch, each once, as a JSON list. */}}
{{- define "standin.namespaces" -}}
{{- append .Values.watchNamespaces .Release.Namespace | uniq | toJson -}}
{{- end -}}

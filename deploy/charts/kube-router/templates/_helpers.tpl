{{- define "kube-router.selector" -}}
app.kubernetes.io/name: kube-router
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "kube-router.labels" -}}
{{ include "kube-router.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: network
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

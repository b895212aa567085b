{{- define "standin.name" -}}
{{ printf "%s-controller" (default .Release.Name .Values.fullnameOverride) | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "standin.selector" -}}
app.kubernetes.io/name: nginx-ingress
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "standin.labels" -}}
{{ include "standin.selector" . }}
app.kubernetes.io/component: controller
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* The namespaces to watch, as a list in JSON. */}}
{{- define "standin.namespaces" -}}
{{- $namespaces := list }}
{{- range splitList "," .Values.controller.watchNamespace }}
{{- with trim . }}{{ $namespaces = append $namespaces . }}{{ end }}
{{- end }}
{{- toJson $namespaces }}
{{- end }}

{{/* The port of https as clients see it. */}}
{{- define "standin.redirectPort" -}}
{{- $c := .Values.controller }}
{{- if .Values.standin.redirectPort }}{{ .Values.standin.redirectPort }}
{{- else if $c.hostPort.enable }}{{ $c.hostPort.https }}
{{- else if and (eq $c.service.type "NodePort") $c.service.httpsPort.nodePort }}{{ $c.service.httpsPort.nodePort }}
{{- else }}{{ $c.service.httpsPort.port }}
{{- end }}
{{- end }}

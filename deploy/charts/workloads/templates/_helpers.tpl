{{/* Labels by which a workload's pods are found, from (list $ name). */}}
{{- define "workloads.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- end }}

{{- define "workloads.labels" -}}
{{- $root := index . 0 -}}
{{ include "workloads.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/component: application
app.kubernetes.io/part-of: todo
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- end }}

{{/*
Annotations for Dapr's injector, from (list $ name workload). The sidecar gets
the account's token by a volume of its own, mounted into it alone: it reads the
secret store with it, and the application has no use for one.
*/}}
{{- define "workloads.dapr" -}}
{{- $dapr := (index . 0).Values.dapr -}}
{{- $name := index . 1 -}}
{{- $w := index . 2 -}}
dapr.io/enabled: "true"
dapr.io/app-id: {{ $name }}
dapr.io/app-port: {{ $w.port | quote }}
dapr.io/app-protocol: http
{{- if $w.appToken }}
dapr.io/app-token-secret: {{ include "workloads.tokenSecret" $name }}
{{- end }}
{{- with $dapr.config }}
dapr.io/config: {{ . }}
{{- end }}
dapr.io/log-as-json: "true"
dapr.io/log-level: {{ $dapr.logLevel }}
dapr.io/sidecar-cpu-request: {{ $w.sidecar.cpuRequest }}
dapr.io/sidecar-cpu-limit: {{ $w.sidecar.cpuLimit }}
dapr.io/sidecar-memory-request: {{ $w.sidecar.memoryRequest }}
dapr.io/sidecar-memory-limit: {{ $w.sidecar.memoryLimit }}
dapr.io/env: GOMEMLIMIT={{ (index . 0).Values.goMemoryLimit.sidecar }}
dapr.io/sidecar-seccomp-profile-type: RuntimeDefault
dapr.io/sidecar-readiness-probe-period-seconds: "2"
dapr.io/sidecar-readiness-probe-timeout-seconds: "3"
dapr.io/volume-mounts: dapr-kube-api-access:/var/run/secrets/kubernetes.io/serviceaccount
dapr.io/disable-builtin-k8s-secret-store: "true"
dapr.io/block-shutdown-duration: {{ $dapr.blockShutdown }}
dapr.io/graceful-shutdown-seconds: {{ $dapr.gracefulShutdownSeconds | quote }}
{{- if $dapr.appHealth.enabled }}
dapr.io/enable-app-health-check: "true"
dapr.io/app-health-check-path: {{ $dapr.appHealth.path }}
dapr.io/app-health-probe-interval: {{ $dapr.appHealth.intervalSeconds | quote }}
dapr.io/app-health-probe-timeout: {{ $dapr.appHealth.timeoutMilliseconds | quote }}
dapr.io/app-health-threshold: {{ $dapr.appHealth.threshold | quote }}
{{- end }}
{{- end }}

{{/* The Secret with the token of a workload, from its name. */}}
{{- define "workloads.tokenSecret" -}}
{{ . }}-app-token
{{- end }}

{{/* The three probes, from (dict of probes). */}}
{{- define "workloads.probes" -}}
{{- range $kind := list "startup" "readiness" "liveness" }}
{{- $probe := index $ $kind }}
{{ $kind }}Probe:
  httpGet: {path: {{ $probe.path }}, port: http}
  periodSeconds: {{ $probe.periodSeconds }}
  timeoutSeconds: {{ $probe.timeoutSeconds }}
  failureThreshold: {{ $probe.failureThreshold }}
{{- end }}
{{- end }}

{{/*
What an event must also be to be routed: Dapr 1.18 takes traceparent and traceid
for strings before it delivers, and an event where they are something else ends
the sidecar, again at each start. Unrouted, it is dead-lettered instead.
*/}}
{{- define "workloads.traceIsText" -}}
{{- range $i, $name := list "traceparent" "traceid" -}}
{{- if $i }} && {{ end -}}
(!has(event.{{ $name }}) || type(event.{{ $name }}) in [string, null_type])
{{- end -}}
{{- end }}

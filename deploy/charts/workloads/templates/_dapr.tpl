{{/*
Annotations for Dapr's injector, from (list $ deployment). The sidecar gets
the account's token by a volume of its own, mounted into it alone: it reads the
secret store with it, and the application has no use for one.
*/}}
{{- define "workloads.dapr" -}}
{{- $settings := (index . 0).Values.settings.dapr -}}
{{- $d := index . 1 -}}
dapr.io/enabled: {{ $d.dapr.enabled | quote }}
dapr.io/app-id: {{ $d.dapr.appId }}
dapr.io/app-port: {{ $d.dapr.appPort | quote }}
{{- if $d.dapr.enabled }}
dapr.io/app-protocol: http
{{- if $d.dapr.appToken }}
dapr.io/app-token-secret: {{ include "workloads.tokenSecret" $d.name }}
{{- end }}
dapr.io/config: {{ $d.namespace }}
dapr.io/log-as-json: "true"
dapr.io/log-level: {{ $settings.logLevel }}
dapr.io/sidecar-cpu-request: {{ $d.sidecar.cpuRequest | quote }}
dapr.io/sidecar-cpu-limit: {{ $d.sidecar.cpuLimit | quote }}
dapr.io/sidecar-memory-request: {{ $d.sidecar.memoryRequest | quote }}
dapr.io/sidecar-memory-limit: {{ $d.sidecar.memoryLimit | quote }}
dapr.io/env: GOMEMLIMIT={{ include "workloads.goMemoryLimit" $d.sidecar.memoryLimit }}
dapr.io/sidecar-seccomp-profile-type: RuntimeDefault
dapr.io/sidecar-readiness-probe-period-seconds: "2"
dapr.io/sidecar-readiness-probe-timeout-seconds: "3"
dapr.io/volume-mounts: dapr-kube-api-access:/var/run/secrets/kubernetes.io/serviceaccount
dapr.io/disable-builtin-k8s-secret-store: "true"
dapr.io/block-shutdown-duration: {{ $settings.blockShutdown }}
dapr.io/graceful-shutdown-seconds: {{ $settings.gracefulShutdownSeconds | quote }}
{{- if $settings.appHealth.enabled }}
dapr.io/enable-app-health-check: "true"
dapr.io/app-health-check-path: {{ $settings.appHealth.path }}
dapr.io/app-health-probe-interval: {{ $settings.appHealth.intervalSeconds | quote }}
dapr.io/app-health-probe-timeout: {{ $settings.appHealth.timeoutMilliseconds | quote }}
dapr.io/app-health-threshold: {{ $settings.appHealth.threshold | quote }}
{{- end }}
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

{{/* Labels by which a deployment's pods are found, from (list $ deployment). */}}
{{- define "workloads.selector" -}}
app.kubernetes.io/name: {{ (index . 1).name }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end }}

{{- define "workloads.labels" -}}
{{- $root := index . 0 -}}
{{ include "workloads.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/component: application
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- end }}

{{/* The image, from (list $ reference): assay.dev exists nowhere, and another registry may stand for it. */}}
{{- define "workloads.image" -}}
{{- $registry := (index . 0).Values.settings.image.registry -}}
{{- $image := index . 1 -}}
{{- if and $registry (hasPrefix "assay.dev/" $image) -}}
{{ $registry }}/{{ trimPrefix "assay.dev/" $image }}
{{- else -}}
{{ $image }}
{{- end -}}
{{- end }}

{{/* Go's soft limit for a memory limit: below it, so that a burst costs collections
instead of the process. */}}
{{- define "workloads.goMemoryLimit" -}}
{{ div (mul (include "lib.bytes" .) 5) (mul 6 1048576) }}MiB
{{- end }}

{{/* The Secret with the token of a deployment, from its name. */}}
{{- define "workloads.tokenSecret" -}}
{{ . }}-app-token
{{- end }}

{{/*
The first component of a kind that a deployment may load, from (list $ deployment prefix),
as JSON; empty if there is none.
*/}}
{{- define "workloads.component" -}}
{{- $deployment := index . 1 -}}
{{- $prefix := index . 2 -}}
{{- $found := list -}}
{{- if $deployment.dapr.enabled -}}
{{- range (index . 0).Values.dapr.components -}}
{{- $inScope := or (not .scopes) (has $deployment.dapr.appId .scopes) -}}
{{- if and (hasPrefix $prefix .type) (eq .namespace $deployment.namespace) $inScope }}{{ $found = append $found . }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if $found }}{{ first $found | toJson }}{{ end -}}
{{- end }}

{{/*
What a deployment's sidecar ends itself without, from (list $ deployment), as a JSON list
of addresses: the broker and the database of its components.
*/}}
{{- define "workloads.awaits" -}}
{{- $root := index . 0 -}}
{{- $found := list -}}
{{- if include "workloads.component" (list $root (index . 1) "pubsub.kafka") }}{{ $found = append $found $root.Values.kafka.bootstrap }}{{ end -}}
{{- $database := include "lib.database" $root -}}
{{- if and $database (include "workloads.component" (list $root (index . 1) "state.postgresql")) }}{{ $found = append $found $database }}{{ end -}}
{{- toJson $found -}}
{{- end }}

{{/* The three probes, from (dict of probes). */}}
{{- define "workloads.probes" -}}
{{- range $kind := list "startup" "readiness" "liveness" }}
{{- $probe := index $ $kind }}
{{ $kind }}Probe:
  httpGet: {path: {{ $probe.path }}, port: http}
  periodSeconds: {{ include "lib.seconds" $probe.period }}
  timeoutSeconds: {{ include "lib.seconds" $probe.timeout }}
  failureThreshold: {{ $probe.failureThreshold }}
{{- end }}
{{- end }}

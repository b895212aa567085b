{{/* How the charts read platform.yaml of a specification: each has this file by a link. */}}

{{/* A duration of the specification, such as 250ms, 1m30s or 168h, in milliseconds. */}}
{{- define "lib.milliseconds" -}}
{{- $text := toString . -}}
{{- if not (regexMatch "^([0-9]+([.][0-9]+)?(ms|s|m|h))+$" $text) -}}
{{- fail (printf "%q is no duration such as 250ms, 30s or 168h" $text) -}}
{{- end -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9.]+[a-z]+" $text -1 -}}
{{- $unit := regexFind "[a-z]+$" . -}}
{{- $sum = addf $sum (mulf (trimSuffix $unit . | float64) (get $units $unit)) -}}
{{- end -}}
{{- int64 $sum -}}
{{- end }}

{{/* The same in whole seconds, which is all that Kubernetes takes. */}}
{{- define "lib.seconds" -}}
{{- $milliseconds := include "lib.milliseconds" . | int64 -}}
{{- if mod $milliseconds 1000 -}}
{{- fail (printf "%v is no whole number of seconds" .) -}}
{{- end -}}
{{- div $milliseconds 1000 -}}
{{- end }}

{{/* A quantity of memory or storage, such as 512Mi or 5Gi, in bytes. */}}
{{- define "lib.bytes" -}}
{{- $text := toString . -}}
{{- if not (regexMatch "^[0-9]+([.][0-9]+)?([KMGT]i|[kMGT])?$" $text) -}}
{{- fail (printf "%q is no quantity such as 512Mi or 5Gi" $text) -}}
{{- end -}}
{{- $unit := regexFind "[a-zA-Z]*$" $text -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- mulf (trimSuffix $unit $text | float64) (get $units $unit) | int64 -}}
{{- end }}

{{/* The larger of two quantities, from a list; an empty one does not count. */}}
{{- define "lib.larger" -}}
{{- $first := index . 0 -}}
{{- $second := index . 1 -}}
{{- if not $second -}}
{{- $first -}}
{{- else if lt (include "lib.bytes" $first | int64) (include "lib.bytes" $second | int64) -}}
{{- $second -}}
{{- else -}}
{{- $first -}}
{{- end -}}
{{- end }}
{{/* Labels of an object, from (list $ component). */}}
{{- define "lib.labels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- end }}

{{/*
The row of infrastructure that has a role, from (list $ role), as JSON; empty where
there is none.
*/}}
{{- define "lib.role" -}}
{{- $role := index . 1 -}}
{{- range (index . 0).Values.infrastructure -}}
{{- if eq (default "" .role) $role }}{{ toJson . }}{{ end -}}
{{- end -}}
{{- end }}

{{/* The resources of the first container of the row that has a role, from (list $ role). */}}
{{- define "lib.resources" -}}
{{- $found := include "lib.role" . -}}
{{- if not $found -}}
{{- fail (printf "infrastructure has no row with the role %s, whose resources are needed" (index . 1)) -}}
{{- end -}}
{{- $c := index (fromJson $found).containers 0 -}}
requests: {cpu: {{ $c.cpuRequest }}, memory: {{ $c.memoryRequest }}}
limits: {cpu: {{ $c.cpuLimit }}, memory: {{ $c.memoryLimit }}}
{{- end }}

{{/* Where the database listens, host:port; empty where there is none. */}}
{{- define "lib.database" -}}
{{- with include "lib.role" (list . "database") -}}
{{- $row := fromJson . -}}
{{ $row.name }}.{{ $row.namespace }}.svc:5432
{{- end -}}
{{- end }}

{{/* The deployments of a namespace by the application ids of a list, from
(list $ namespace ids); no ids means all. Their names, as a JSON list. */}}
{{- define "lib.deploymentsOf" -}}
{{- $namespace := index . 1 -}}
{{- $ids := default list (index . 2) -}}
{{- $names := list -}}
{{- range (index . 0).Values.deployments -}}
{{- if and (eq .namespace $namespace) .dapr.enabled (or (not $ids) (has .dapr.appId $ids)) -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- end -}}
{{- toJson $names -}}
{{- end }}

{{/* The namespaces that have deployments, as a JSON list. */}}
{{- define "lib.applicationNamespaces" -}}
{{- $found := list -}}
{{- range .Values.deployments }}{{ $found = append $found .namespace }}{{ end -}}
{{- uniq $found | toJson -}}
{{- end }}

{{/*
What the specification tells an application of itself, from (list $ deployment): its
components, the events that it produces and consumes, and whom it calls. The programs of
workloads/ read it; others may.
*/}}
{{- define "workloads.env" -}}
{{- $root := index . 0 -}}
{{- $d := index . 1 -}}
{{- $pubsub := include "workloads.component" (list $root $d "pubsub.") -}}
{{- if $pubsub }}
- {name: PUBSUB_NAME, value: {{ (fromJson $pubsub).name | quote }}}
{{- end }}
{{- with include "workloads.component" (list $root $d "state.") }}
- {name: STATESTORE_NAME, value: {{ (fromJson .).name | quote }}}
{{- end }}
{{- if $pubsub }}
{{- range $root.Values.events }}
{{- $family := . }}
{{- if .carries }}
{{- $prefix := upper .carries }}
- {name: {{ $prefix }}_TOPIC, value: {{ .topic | quote }}}
- {name: {{ $prefix }}_SOURCE, value: {{ .source | quote }}}
- {name: {{ $prefix }}_TYPES, value: {{ join "," .types | quote }}}
{{- range $root.Values.dapr.subscriptions }}
{{- if and (eq .app $d.dapr.appId) (eq .topic $family.topic) }}
- {name: {{ $prefix }}_ROUTE, value: {{ .route | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $call := $d.calls }}
{{- range $root.Values.deployments }}
{{- if eq .name $call.deployment }}
- {name: {{ $call.as }}_URL, value: {{ printf "http://%s:%v" (eq .namespace $d.namespace | ternary .name (printf "%s.%s" .name .namespace)) .dapr.appPort | quote }}}
- {name: {{ $call.as }}_APP_ID, value: {{ .dapr.appId | quote }}}
{{- with (default dict .env).API_PATH }}
- {name: {{ $call.as }}_API_PATH, value: {{ . | quote }}}
{{- end }}
{{- if .dapr.appToken }}
{{- if ne .namespace $d.namespace }}
{{- fail (printf "%s calls %s with a token, whose Secret is in another namespace: set dapr.appToken to false, or put both into one" $d.name .name) }}
{{- end }}
- {name: {{ $call.as }}_TOKEN, valueFrom: {secretKeyRef: {name: {{ include "workloads.tokenSecret" .name }}, key: token}}}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

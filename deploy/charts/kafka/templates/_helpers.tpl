{{- define "kafka.labels" -}}
{{ include "lib.labels" (list . "messaging") }}
app.kubernetes.io/version: {{ .Values.kafka.version | quote }}
{{- end }}

{{/* The storage section of a component, from (list $ size). */}}
{{- define "kafka.storage" -}}
{{- $settings := (index . 0).Values.settings.storage -}}
{{- $type := (index . 0).Values.kafka.storage.type -}}
{{- if eq $type "ephemeral" -}}
type: ephemeral
{{- else if eq $type "persistent" -}}
type: persistent-claim
size: {{ include "lib.larger" (list (index . 1) $settings.atLeast) }}
deleteClaim: {{ $settings.deleteClaim }}
{{- with $settings.class }}
class: {{ . }}
{{- end }}
{{- else -}}
{{- fail (printf "kafka.storage.type %q: it must be ephemeral or persistent" $type) -}}
{{- end -}}
{{- end }}

{{/* Heap options from the size of the heap, half of which is taken at the start. */}}
{{- define "kafka.heap" -}}
{{- $megabytes := div (include "lib.bytes" . | int64) 1048576 -}}
-Xms: {{ max 1 (div $megabytes 2) }}m
-Xmx: {{ $megabytes }}m
{{- end }}

{{/*
Who may connect to the listener, as peers of its NetworkPolicy. Strimzi lets everyone in
where no peer is given, so nobody is written as a peer that no pod is.
*/}}
{{- define "kafka.peers" -}}
{{- $from := list -}}
{{- range .Values.network.allowed -}}
{{- if and (eq .to $.Values.kafka.namespace) (eq (int .port) (int $.Values.kafka.listener.port)) -}}
{{- $from = append $from .from -}}
{{- end -}}
{{- end -}}
{{- range uniq $from }}
- namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ . }}}}
{{- else }}
- podSelector: {matchLabels: {assay.dev/nobody: "true"}}
{{- end }}
{{- end }}

{{/* How many brokers there are, and what each has. */}}
{{- define "kafka.brokers" -}}
replicas: {{ .Values.kafka.replicas }}
storage: {{- include "kafka.storage" (list . .Values.kafka.storage.brokerSize) | nindent 2 }}
jvmOptions: {{- include "kafka.heap" .Values.kafka.heap | nindent 2 }}
resources: {{- include "lib.resources" (list . "broker") | nindent 2 }}
{{- end }}

{{/* The name of a topic's resource: Kafka lets topics have characters that Kubernetes does
not, and tells them apart by upper and lower case. */}}
{{- define "kafka.resourceName" -}}
{{- if regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" . -}}
{{ . }}
{{- else -}}
t-{{ lower . | replace "_" "-" | replace "." "-" | trimAll "-" | trunc 200 }}-{{ sha256sum . | trunc 8 }}
{{- end -}}
{{- end }}

{{/*
The rules for connections to the Kubernetes API. It is no pod of the pod network, so no
selector finds it: its addresses are those that it has itself published. When they
change, the release has to be installed again.
*/}}
{{- define "network-policies.kubernetesAPI" -}}
{{- $slice := lookup "discovery.k8s.io/v1" "EndpointSlice" "default" "kubernetes" -}}
{{- if $slice }}
{{- range $slice.endpoints }}
{{- range .addresses }}
- to: [{ipBlock: {cidr: "{{ . }}/{{ contains ":" . | ternary "128" "32" }}"}}]
  ports:
    {{- range $slice.ports }}
    - {protocol: {{ .protocol }}, port: {{ .port }}}
    {{- end }}
{{- end }}
{{- end }}
{{- else if lookup "v1" "Namespace" "" "kube-system" }}
{{- fail "the Kubernetes API publishes no addresses: EndpointSlice default/kubernetes not found" }}
{{- else }}
{{- /* Offline there is no cluster: an address for documentation (RFC 5737). */}}
- to: [{ipBlock: {cidr: 192.0.2.1/32}}]
  ports: [{protocol: TCP, port: 6443}]
{{- end }}
{{- end }}

{{/* The namespaces that let in only whom the specification names, as a JSON list. */}}
{{- define "network-policies.guarded" -}}
{{- $found := list -}}
{{- range concat (default list .Values.network.allowed) (default list .Values.network.denied) -}}
{{- $found = append $found .to -}}
{{- end -}}
{{- uniq $found | toJson -}}
{{- end }}

{{/* The namespaces that let out only to whom the specification names, as a JSON list. */}}
{{- define "network-policies.confined" -}}
{{- $found := default list .Values.network.outbound.metadata.hidden -}}
{{- range .Values.network.outbound.denied }}{{ $found = append $found .from }}{{ end -}}
{{- uniq $found | toJson -}}
{{- end }}

{{/*
Which pods of a namespace a connection to a port is for, from (list $ namespace port), as
a podSelector: the deployments with that port, the database, or every pod.
*/}}
{{- define "network-policies.listening" -}}
{{- $root := index . 0 -}}
{{- $namespace := index . 1 -}}
{{- $port := index . 2 | int -}}
{{- $names := list -}}
{{- range $root.Values.deployments -}}
{{- if and (eq .namespace $namespace) (eq (int .dapr.appPort) $port) }}{{ $names = append $names .name }}{{ end -}}
{{- end -}}
{{- with include "lib.role" (list $root "database") -}}
{{- $row := fromJson . -}}
{{- if and (eq $row.namespace $namespace) (eq $port 5432) }}{{ $names = append $names $row.name }}{{ end -}}
{{- end -}}
{{- if eq (len $names) 1 -}}
{matchLabels: {app.kubernetes.io/name: {{ first $names }}}}
{{- else if $names -}}
{matchExpressions: [{key: app.kubernetes.io/name, operator: In, values: {{ toJson $names }}}]}
{{- else -}}
{}
{{- end -}}
{{- end }}

{{/*
Labels of the pods of a namespace that use the Kubernetes API, from (list $ namespace),
as a JSON list: sidecars that read a Secret, and Kafka's operators.
*/}}
{{- define "network-policies.useAPI" -}}
{{- $root := index . 0 -}}
{{- $namespace := index . 1 -}}
{{- $found := list -}}
{{- range $root.Values.dapr.components -}}
{{- if and (eq .namespace $namespace) (hasPrefix "secretstores.kubernetes" .type) -}}
{{- range include "lib.deploymentsOf" (list $root $namespace .scopes) | fromJsonArray -}}
{{- $found = append $found (dict "app.kubernetes.io/name" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with include "lib.role" (list $root "kafka-operator") -}}
{{- $row := fromJson . -}}
{{- if eq $row.namespace $namespace }}{{ $found = append $found (dict "name" $row.name) }}{{ end -}}
{{- end -}}
{{- if eq $root.Values.kafka.namespace $namespace -}}
{{- $found = append $found (dict "strimzi.io/name" (printf "%s-entity-operator" $root.Values.kafka.name)) -}}
{{- end -}}
{{- toJson $found -}}
{{- end }}

{{/* The scopes of a resource, from a list. No scopes means every app. */}}
{{- define "dapr-components.scopes" -}}
{{- with . }}
scopes: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The secret store of a namespace, from (list $ namespace); empty if it has none. */}}
{{- define "dapr-components.secretStore" -}}
{{- $namespace := index . 1 -}}
{{- $found := list -}}
{{- range (index . 0).Values.dapr.components -}}
{{- if and (eq .namespace $namespace) (hasPrefix "secretstores.kubernetes" .type) }}{{ $found = append $found .name }}{{ end -}}
{{- end -}}
{{- if $found }}{{ first $found }}{{ end -}}
{{- end }}

{{/* The Secrets that the components of a namespace refer to, from (list $ namespace), as a JSON list. */}}
{{- define "dapr-components.secrets" -}}
{{- $namespace := index . 1 -}}
{{- $found := list -}}
{{- range (index . 0).Values.dapr.components -}}
{{- if eq .namespace $namespace -}}
{{- range .metadata }}{{ if .secret }}{{ $found = append $found .secret }}{{ end }}{{ end -}}
{{- end -}}
{{- end -}}
{{- uniq $found | toJson -}}
{{- end }}

{{/* A libpq keyword/value: quoted, so that a password may hold anything. */}}
{{- define "dapr-components.dsnValue" -}}
'{{ . | replace "\\" "\\\\" | replace "'" "\\'" }}'
{{- end }}

{{/*
The connection string, from the database's own Secret: the password is in no
values file, argument or environment of whoever installs this chart.
*/}}
{{- define "dapr-components.connectionString" -}}
{{- $row := include "lib.role" (list . "database") | fromJson -}}
{{- $address := splitList ":" (include "lib.database" .) -}}
{{- $database := "offline" }}{{ $user := "offline" }}{{ $password := "offline" -}}
{{- $secret := lookup "v1" "Secret" $row.namespace $row.name -}}
{{- if $secret -}}
{{- $database = $secret.data.database | b64dec -}}
{{- $user = $secret.data.user | b64dec -}}
{{- $password = $secret.data.password | b64dec -}}
{{- else if lookup "v1" "Namespace" "" "kube-system" -}}
{{- /* There is a cluster: this is no offline rendering. */ -}}
{{- fail (printf "Secret %s/%s not found: install the release postgresql first" $row.namespace $row.name) -}}
{{- end -}}
host={{ first $address }} port={{ last $address }} connect_timeout=5
{{- print " dbname=" (include "dapr-components.dsnValue" $database) -}}
{{- print " user=" (include "dapr-components.dsnValue" $user) -}}
{{- print " password=" (include "dapr-components.dsnValue" $password) -}}
{{- end }}

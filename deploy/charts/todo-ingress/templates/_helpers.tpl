{{- define "todo-ingress.labels" -}}
app.kubernetes.io/name: todo-ingress
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: ingress
app.kubernetes.io/part-of: todo
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/*
Certificate and key of an earlier installation for the same host, or new ones:
clients that trust the certificate go on doing so after an upgrade.
*/}}
{{- define "todo-ingress.tls" -}}
{{- $host := .Values.host -}}
{{- $earlier := lookup "v1" "Secret" .Release.Namespace .Values.tls.secret -}}
{{- $annotations := dict -}}
{{- with $earlier }}{{ $annotations = default dict .metadata.annotations }}{{ end -}}
{{- if and $earlier (eq (get $annotations "assay.dev/host") $host) (index $earlier.data "tls.crt") (index $earlier.data "tls.key") -}}
tls.crt: {{ index $earlier.data "tls.crt" }}
tls.key: {{ index $earlier.data "tls.key" }}
{{- else -}}
{{- $made := genSelfSignedCertWithKey $host nil (list $host) (int .Values.tls.validDays) (genPrivateKey "ecdsa") -}}
tls.crt: {{ $made.Cert | b64enc }}
tls.key: {{ $made.Key | b64enc }}
{{- end -}}
{{- end }}

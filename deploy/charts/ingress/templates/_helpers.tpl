{{/*
Certificate and key of an earlier installation for the same host, or new ones:
clients that trust the certificate go on doing so after an upgrade.
*/}}
{{- define "ingress.tls" -}}
{{- $ingress := .Values.ingress -}}
{{- $host := $ingress.host -}}
{{- $earlier := lookup "v1" "Secret" $ingress.namespace $ingress.tlsSecret -}}
{{- $annotations := dict -}}
{{- with $earlier }}{{ $annotations = default dict .metadata.annotations }}{{ end -}}
{{- if and $earlier (eq (get $annotations "assay.dev/host") $host) (index $earlier.data "tls.crt") (index $earlier.data "tls.key") -}}
tls.crt: {{ index $earlier.data "tls.crt" }}
tls.key: {{ index $earlier.data "tls.key" }}
{{- else -}}
{{- $made := genSelfSignedCertWithKey $host nil (list $host) (int .Values.settings.validDays) (genPrivateKey "ecdsa") -}}
tls.crt: {{ $made.Cert | b64enc }}
tls.key: {{ $made.Key | b64enc }}
{{- end -}}
{{- end }}

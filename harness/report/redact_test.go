package report

import (
	"strings"
	"testing"
)

// plain is what no redacted text may hold any more.
const plain = "hunter2"

func TestRedactHidesValues(t *testing.T) {
	for text, want := range map[string]string{
		"GET /?token=hunter2&x=1":                     "GET /?token=[secret]&x=1",
		"token=hunter2":                               "token=[secret]",
		"continueToken=hunter2.":                      "continueToken=[secret].",
		"client_secret=hunter2&grant_type=x":          "client_secret=[secret]&grant_type=x",
		"clientSecret: hunter2":                       "clientSecret: [secret]",
		"CLIENT_SECRET='hunter2 two'":                 "CLIENT_SECRET='[secret]'",
		"secret=hunter2":                              "secret=[secret]",
		`{"secret": "hunter2"}`:                       `{"secret": "[secret]"}`,
		"X-Api-Key: hunter2":                          "X-Api-Key: [secret]",
		"x-api-key:hunter2\r\nHost: a":                "x-api-key:[secret]\r\nHost: a",
		"dapr-api-token: hunter2":                     "dapr-api-token: [secret]",
		"APP_API_TOKEN=hunter2 next":                  "APP_API_TOKEN=[secret] next",
		"X-Auth-Token: hunter2":                       "X-Auth-Token: [secret]",
		"Authorization: Token hunter2":                "Authorization: Token [secret]",
		"Proxy-Authorization: Digest a=hunter2, b=c":  "Proxy-Authorization: Digest [secret]",
		"Cookie: session=hunter2; other=hunter2":      "Cookie: [secret]",
		"Set-Cookie: session=hunter2; Path=/":         "Set-Cookie: [secret]",
		"psql --password hunter2 -h db":               "psql --password [secret] -h db",
		"psql --password=hunter2 -h db":               "psql --password=[secret] -h db",
		`psql --password "hunter2 hunter2" -h db`:     `psql --password "[secret]" -h db`,
		"x --client-secret 'hunter2 and' y":           "x --client-secret '[secret]' y",
		"x --token\thunter2 y":                        "x --token\t[secret] y",
		"helm --set db.password=hunter2 y":            "helm --set db.password=[secret] y",
		"kubectl --from-literal=password=hunter2 y":   "kubectl --from-literal=password=[secret] y",
		"x --api-key hunter2":                         "x --api-key [secret]",
		"-password hunter2 x":                         "-password [secret] x",
		`password="two hunter2 words" next`:           `password="[secret]" next`,
		`password='two hunter2 words' next`:           `password='[secret]' next`,
		`password="a \" hunter2" next`:                `password="[secret]" next`,
		`password='it is "hunter2" now' next`:         `password='[secret]' next`,
		"password: \"two hunter2 words\"\nnext: x":    "password: \"[secret]\"\nnext: x",
		"password='a''b hunter2' next":                "password='[secret]' next",
		`{"password":"two hunter2 words","user":"x"}`: `{"password":"[secret]","user":"x"}`,
		`"{\"password\":\"two hunter2 words\",\"a\"`:  `"{\"password\":\"[secret]\",\"a\"`,
		`password="never hunter2 closed`:              `password="[secret]`,
		"password=hunter2,hunter2 next":               "password=[secret] next",
		"{password: hunter2}":                         "{password: [secret]}",
		"host=db password=hunter2 user=x":             "host=db password=[secret] user=x",
		"host=db password='hun\\'ter2 hunter2' user":  "host=db password='[secret]' user",
		"passphrase = hunter2":                        "passphrase = [secret]",
		"api-key=hunter2":                             "api-key=[secret]",
		"aws_secret_access_key = hunter2":             "aws_secret_access_key = [secret]",
		"private_key: hunter2":                        "private_key: [secret]",
		"https://todo:hunter2@db/x":                   "https://todo:[secret]@db/x",
		"https://u@db/x?token=hunter2":                "https://u@db/x?token=[secret]",
		"Authorization: Basic aHVudGVyMg==":           "Authorization: Basic [secret]",
		"Authorization: my hunter2":                   "Authorization: [secret]",
		`curl -H 'Authorization: Bearer hunter2' -v`:  `curl -H 'Authorization: Bearer [secret]' -v`,
		`{"Authorization":"Bearer hunter2","a":"b"}`:  `{"Authorization":"Bearer [secret]","a":"b"}`,
		`curl -H "X-Api-Key: hunter2" -v`:             `curl -H "X-Api-Key: [secret]" -v`,
		`{\"url\":\"/x?token=hunter2\"}`:              `{\"url\":\"/x?token=[secret]\"}`,
		"password: |\n    hunter2\n    hunter2\nnext": "password: [secret]\nnext",
		"password=hunter2\ntoken=hunter2":             "password=[secret]\ntoken=[secret]",
	} {
		got := redact(text)
		if got != want || strings.Contains(got, plain) {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
		if again := redact(got); strings.Count(again, "[secret]") != strings.Count(got, "[secret]") {
			t.Errorf("%q became %q when it was redacted again", got, again)
		}
	}
}

func TestRedactLeavesWhatIsNoSecret(t *testing.T) {
	for _, text := range []string{
		"the password was refused", "token bucket of 5", "secret: todo-tls is missing", "Secret todo-tls: not found",
		"tokens=3", "password_file=/run/x", "token_type=bearer", "a --password-file x", "keys of Secret todo-tls", "passwords: none",
		"Secret statestore-postgresql through kubernetes-secrets", "key=todo-1", "cookie cutter", "mailto:a@b.c", "http://db/x@y",
	} {
		if got := redact(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

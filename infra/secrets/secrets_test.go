package secrets

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"html/template"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const sample = `Pa$$w0rd/with+"odd" & signs`

// leaks are texts that give the sample away.
func leaks() map[string]string {
	texts := map[string]string{
		"raw":            "password=" + sample,
		"query":          "https://x/?p=" + url.QueryEscape(sample),
		"path":           "https://x/" + url.PathEscape(sample),
		"json":           `{"p": "` + strings.ReplaceAll(sample, `"`, `\"`) + `"}`,
		"base64":         base64.StdEncoding.EncodeToString([]byte(sample)),
		"base64 for url": base64.URLEncoding.EncodeToString([]byte(sample)),

		"query, lower-case":  "https://x/?p=" + lowered(url.QueryEscape(sample)),
		"path, lower-case":   "https://x/" + lowered(url.PathEscape(sample)),
		"percent, all":       lowerPercent(sample),
		"HTML":               html.EscapeString(sample),
		"HTML of a template": template.HTMLEscapeString(sample),
		"HTML attribute":     attribute(sample),
		"hex":                hex.EncodeToString([]byte(sample)),
		"hex, upper-case":    strings.ToUpper(hex.EncodeToString([]byte(sample))),
		"base64 twice":       encoded64("u:" + encoded64("user:"+sample)),
		"JSON in JSON":       twiceQuoted(sample),
	}
	// A Secret's data or a header such as Basic user:password encodes more than the secret.
	for _, around := range []string{"u:", "us:", "use:", "user:"} {
		texts["base64 after "+around] = base64.StdEncoding.EncodeToString([]byte(around + sample + "!"))
	}
	return texts
}

// attribute is a text as html/template writes it between quotes.
func attribute(text string) string {
	var out bytes.Buffer
	if err := template.Must(template.New("").Parse(`{{.}}`)).Execute(&out, text); err != nil {
		panic(err)
	}
	return out.String()
}

func twiceQuoted(text string) string {
	once, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	twice, err := json.Marshal(string(once))
	if err != nil {
		panic(err)
	}
	return string(twice)
}

func TestScannerFindsEveryVariant(t *testing.T) {
	scanner := NewScanner("another-secret", sample)
	for name, text := range leaks() {
		t.Run(name, func(t *testing.T) {
			got := scanner.Bytes("here", []byte("before "+text+" after"))
			if len(got) != 1 || got[0] != (Leak{1, "here"}) {
				t.Errorf("found %v in %q, want the second secret", got, text)
			}
		})
	}
	if got := scanner.Bytes("here", []byte("nothing of the kind, Pa$$w0rd alone")); len(got) != 0 {
		t.Errorf("found %v where nothing is", got)
	}
}

func TestRedactorLeavesNothingToFind(t *testing.T) {
	scanner := NewScanner(sample)
	for name, text := range leaks() {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			redactor := NewRedactor(&out, sample)
			// Written in small pieces, so that the secret is torn apart.
			random := rand.New(rand.NewPCG(1, 2))
			rest := "before " + text + " after\nlast " + text
			for len(rest) > 0 {
				n := 1 + random.IntN(min(5, len(rest)))
				if _, err := redactor.Write([]byte(rest[:n])); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			if err := redactor.Close(); err != nil {
				t.Fatal(err)
			}
			if got := scanner.Bytes("out", out.Bytes()); len(got) != 0 || strings.Count(out.String(), Redacted) != 2 {
				t.Errorf("passed on %q", &out)
			}
			if !strings.HasPrefix(out.String(), "before ") || !strings.Contains(out.String(), " after\n") {
				t.Errorf("lost what is no secret: %q", &out)
			}
		})
	}
}

func TestRedactorTakesAKeyLineByLine(t *testing.T) {
	var out bytes.Buffer
	redactor := NewRedactor(&out, "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----")
	_, err := redactor.Write([]byte("-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n"))
	if err != nil || strings.Contains(out.String(), "MIIE") || strings.Contains(out.String(), "hkiG") {
		t.Errorf("passed on %q, %v", &out, err)
	}
}

func TestScanFiles(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"clean.txt": "fine", "deep/junit.xml": "<failure>" + sample + "</failure>", "hunter2-hunter2.txt": "",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := NewScanner(sample, "hunter2-hunter2").Files(root)
	if err != nil || len(got) != 2 {
		t.Errorf("found %v, %v; want one in a file and one in a name", got, err)
	}
}

func TestWatchArguments(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("arguments are watched through /proc")
	}
	ctx, cancel := context.WithCancel(t.Context())
	wait := NewScanner("canary-in-the-arguments").WatchArguments(ctx, time.Millisecond)
	// It reads until the end of its input.
	command := exec.CommandContext(t.Context(), "sh", "-c", "read line", "canary-in-the-arguments")
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if found, scans := wait(); len(found) == 0 {
		t.Errorf("found nothing in %d looks, want the process that reads", scans)
	}
	_ = input.Close()
	_ = command.Wait() // there was no line to read
}

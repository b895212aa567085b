package nginx

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"assay.dev/assay/standins/ingress/config"
)

// test lets NGINX judge a configuration file.
func (s *Server) test(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	output, err := exec.CommandContext(ctx, s.binary, "-t", "-q", "-e", "stderr", "-p", s.settings.RunDir, "-c", path).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil && errors.As(err, &exit) && exit.Exited():
		return fmt.Errorf("%w: %s", config.ErrRefused, reason(string(output), filepath.Dir(path)))
	default:
		return fmt.Errorf("testing the configuration: %w: %s", err, reason(string(output), filepath.Dir(path)))
	}
}

// logPrefix is what NGINX puts before a message: its name or the time, the
// level, its process and thread.
var logPrefix = regexp.MustCompile(`^(nginx: )?(\d+/\d+/\d+ [\d:]+ )?\[\w+\] (\d+#\d+: )?`)

// reason is what NGINX says against a configuration, without its frame and
// without the directory that the files are in, which is news to nobody.
func reason(output, dir string) string {
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(output), "\n") {
		if !strings.HasSuffix(line, " test failed") {
			lines = append(lines, logPrefix.ReplaceAllString(line, ""))
		}
	}
	return strings.ReplaceAll(strings.Join(lines, "; "), dir+string(filepath.Separator), "")
}

// CheckCertificate lets NGINX judge one certificate, apart from all others:
// OpenSSL refuses some that are well-formed, for instance with keys that are
// too short, and then the whole configuration would be refused. The error is
// config.ErrRefused in that case.
func (s *Server) CheckCertificate(ctx context.Context, certificate config.Certificate) error {
	dir, err := os.MkdirTemp(s.settings.RunDir, "check-")
	if err != nil {
		return fmt.Errorf("making room to check a certificate: %w", err)
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			s.settings.Log.Warn("a checked certificate was not removed", "error", err)
		}
	}()
	if err := writeCertificate(filepath.Join(dir, "c"), certificate); err != nil {
		return err
	}
	var temp strings.Builder
	for _, name := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temp, "    %s_temp_path %s;\n", name, filepath.Join(dir, name))
	}
	conf := fmt.Sprintf("pid %[1]s/pid;\nevents {}\nhttp {\n    access_log off;\n%[2]s"+
		"    server { listen unix:%[1]s/s ssl; ssl_certificate %[1]s/c.crt; ssl_certificate_key %[1]s/c.key; }\n}\n", dir, temp.String())
	path := filepath.Join(dir, "conf")
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		return fmt.Errorf("writing the check of a certificate: %w", err)
	}
	return s.test(ctx, path)
}

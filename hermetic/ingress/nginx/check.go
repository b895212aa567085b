package nginx

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"assay.dev/assay/hermetic/ingress/config"
)

// test lets NGINX judge a configuration file.
func (s *Server) test(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	output, err := exec.CommandContext(ctx, s.binary, "-t", "-q", "-e", "stderr", "-p", s.settings.RunDir, "-c", path).CombinedOutput()
	if err != nil {
		return fmt.Errorf("NGINX refuses the configuration: %w: %s", err, strings.TrimSpace(string(scrub(output))))
	}
	return nil
}

// CheckCertificate lets NGINX judge one certificate, apart from all others:
// OpenSSL refuses some that are well-formed, for instance with keys that are
// too short, and then the whole configuration would be refused.
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

package nginx

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"assay.dev/assay/standins/ingress/config"
)

const (
	liveConf      = "nginx.conf"
	candidateConf = "candidate.conf"
)

func prepare(runDir, tempDir string) error {
	// NGINX makes private directories in tempDir. When it runs as root its
	// workers do not, and must be able to pass through to them.
	for dir, mode := range map[string]os.FileMode{filepath.Join(runDir, "certificates"): 0o700, tempDir: 0o711} {
		if err := os.MkdirAll(dir, mode); err != nil {
			return fmt.Errorf("making a directory for NGINX: %w", err)
		}
	}
	// An NGINX that was killed leaves its Unix socket behind, and the next
	// one could not listen on it. An emptyDir outlives a container, so this
	// happens in pods.
	for _, path := range []string{config.StatusSocket(runDir), filepath.Join(runDir, "nginx.pid")} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing what an earlier NGINX left: %w", err)
		}
	}
	return nil
}

// place writes the configuration, tests it, and puts it where NGINX reads it
// at its next start or reload.
func (s *Server) place(ctx context.Context, bundle config.Bundle) error {
	for path, certificate := range bundle.Certificates {
		if err := writeCertificate(path, certificate); err != nil {
			return err
		}
	}
	candidate := filepath.Join(s.settings.RunDir, candidateConf)
	if err := os.WriteFile(candidate, bundle.Conf, 0o600); err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	if err := s.test(ctx, candidate); err != nil {
		return err
	}
	if err := os.Rename(candidate, filepath.Join(s.settings.RunDir, liveConf)); err != nil {
		return fmt.Errorf("putting the configuration in place: %w", err)
	}
	return nil
}

func writeCertificate(path string, certificate config.Certificate) error {
	for extension, data := range map[string][]byte{".crt": certificate.Chain, ".key": certificate.Key} {
		if err := os.WriteFile(path+extension, data, 0o600); err != nil {
			return fmt.Errorf("writing a certificate: %w", err)
		}
	}
	return nil
}

func removeOtherCertificates(runDir string, current map[string]config.Certificate) error {
	dir := filepath.Join(runDir, "certificates")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("looking for unused certificates: %w", err)
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if _, used := current[strings.TrimSuffix(path, filepath.Ext(path))]; used {
			continue
		}
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("removing an unused certificate: %w", err)
		}
	}
	return nil
}

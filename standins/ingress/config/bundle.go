package config

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
)

// Bundle is a configuration ready for NGINX.
type Bundle struct {
	// ID names the configuration by its content. NGINX tells it on the status
	// socket while the configuration is live.
	ID string
	// Conf is the text of nginx.conf.
	Conf []byte
	// Certificates that Conf names, by the path without the extension; the
	// chain is expected at path+".crt" and the key at path+".key".
	Certificates map[string]Certificate
}

// StatusSocket is where NGINX tells the ID of its configuration, by HTTP on a
// Unix socket, at StatusPath.
func StatusSocket(runDir string) string { return filepath.Join(runDir, "status.sock") }

// StatusPath is the path on the status socket.
const StatusPath = "/configuration"

// Bundle writes the model as text.
func (m *Model) Bundle(opts Options) Bundle {
	certificates := map[string]Certificate{}
	body := text(m.directives(opts, certificates, ""))
	sum := sha256.Sum256([]byte(body))
	id := hex.EncodeToString(sum[:8])
	return Bundle{
		ID:           id,
		Conf:         []byte(text(m.directives(opts, certificates, id))),
		Certificates: certificates,
	}
}

func certificatePath(opts Options, c Certificate) string {
	return filepath.Join(opts.RunDir, "certificates", c.ID())
}

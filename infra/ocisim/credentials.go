package ocisim

import (
	"crypto/md5" //nolint:gosec // OCI defines a key's fingerprint as the MD5 of its public part.
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"assay.dev/assay/infra/ociapi"
)

// Compartment is the OCID of the compartment that all credentials name.
const Compartment = "ocid1.compartment.oc1..aaaaaaaaemulatedcompartment"

// Credentials sign requests to an emulated tenancy; they open nothing else.
type Credentials struct {
	Tenancy     string
	User        string
	Compartment string
	Fingerprint string
	Region      string
	// PrivateKey is the API signing key in PEM.
	PrivateKey string

	public *rsa.PublicKey
}

// NewCredentials makes a fresh API key for a made-up tenancy and user.
func NewCredentials(region string) (Credentials, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return Credentials{}, fmt.Errorf("make an API signing key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return Credentials{}, fmt.Errorf("encode the public key: %w", err)
	}
	sum := md5.Sum(der) //nolint:gosec // see the import
	pairs := make([]string, 0, len(sum))
	for _, b := range sum {
		pairs = append(pairs, hex.EncodeToString([]byte{b}))
	}
	return Credentials{
		Tenancy:     "ocid1.tenancy.oc1..aaaaaaaaemulatedtenancy",
		User:        "ocid1.user.oc1..aaaaaaaaemulateduser",
		Compartment: Compartment,
		Fingerprint: strings.Join(pairs, ":"),
		Region:      region,
		PrivateKey: string(pem.EncodeToMemory(&pem.Block{
			Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key),
		})),
		public: &key.PublicKey,
	}, nil
}

// KeyID names the key in signatures: tenancy/user/fingerprint.
func (c Credentials) KeyID() string { return c.Tenancy + "/" + c.User + "/" + c.Fingerprint }

// Keys is what Options.Keys takes to accept these credentials alone.
func (c Credentials) Keys() map[string]*rsa.PublicKey {
	return map[string]*rsa.PublicKey{c.KeyID(): c.public}
}

// WriteKey writes the private key to dir with mode 0600 and returns its path.
func (c Credentials) WriteKey(dir string) (string, error) {
	file := filepath.Join(dir, "api-key.pem")
	if err := os.WriteFile(file, []byte(c.PrivateKey), 0o600); err != nil {
		return "", fmt.Errorf("write the API signing key: %w", err)
	}
	return file, nil
}

// Env is the environment that points Terraform's provider at the server with
// these credentials. It holds paths and identifiers, no secret.
func (s *Server) Env(c Credentials, keyFile string) map[string]string {
	return map[string]string{
		"CLIENT_HOST_OVERRIDES":   ociapi.HostOverrides(s.URL()),
		"ASSAY_OCI_ENDPOINT":      s.URL(),
		"TF_VAR_region":           c.Region,
		"TF_VAR_tenancy_ocid":     c.Tenancy,
		"TF_VAR_user_ocid":        c.User,
		"TF_VAR_compartment_id":   c.Compartment,
		"TF_VAR_fingerprint":      c.Fingerprint,
		"TF_VAR_private_key_path": keyFile,
	}
}

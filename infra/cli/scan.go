package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/infra/secrets"
)

// ErrLeak is wrapped by what scan returns when it finds a secret.
var ErrLeak = errors.New("secrets where none must be")

// keyEnv names the API signing key's file, for Terraform, too.
const keyEnv = "TF_VAR_private_key_path"

// known are the secrets of a run, and what each is, by the same index.
type known struct{ secrets, names []string }

func (k *known) add(name string, secrets ...string) {
	for _, secret := range secrets {
		k.secrets, k.names = append(k.secrets, secret), append(k.names, name)
	}
}

func (o *options) scanCommand() *cobra.Command {
	var except []string
	command := &cobra.Command{
		Use:   "scan [PATH...]",
		Short: "Search the run's secrets in what is about to be saved",
		Long: "Look for the run's secrets in files and their names: the API key, the database's password, and tokens and\n" +
			"keys of kubeconfigs, as they are and encoded (HTML, percent, JSON, base64, hexadecimal, UTF-16, gzip, in each\n" +
			"other). Fails when one is found, or when a file decodes to more than can be searched. Without a path it looks\n" +
			"through all artifacts but those that have secrets in them. To be called before `down`, which removes what the\n" +
			"secrets are known from.",
		RunE: func(command *cobra.Command, paths []string) error {
			if len(paths) == 0 {
				return o.scanArtifacts(command)
			}
			return o.scan(command, paths, except)
		},
	}
	command.Flags().StringSliceVar(&except, "except", nil, "path or file name that is left out")
	return command
}

// scanArtifacts looks for the run's secrets in everything that is kept of it.
func (o *options) scanArtifacts(command *cobra.Command) error {
	return o.scan(command, []string{"artifacts"}, []string{o.dir, emulatorDir, adoptedKubeconfig})
}

func (o *options) scan(command *cobra.Command, paths, except []string) error {
	found, err := knownSecrets(o.dir)
	if err != nil {
		return err
	}
	if len(found.secrets) == 0 {
		return fmt.Errorf("no secret is known from %s or %s: nothing can be looked for", o.dir, keyEnv)
	}
	leaks, err := leaksIn(found, paths, except)
	if err != nil {
		return err
	}
	for _, leak := range leaks {
		text := leak.String()
		if leak.Secret != secrets.Unsearched {
			text = found.names[leak.Secret] + " is in " + leak.Where
		}
		if _, err := fmt.Fprintln(command.OutOrStdout(), visible.Line(text)); err != nil {
			return err
		}
	}
	if len(leaks) > 0 {
		return fmt.Errorf("%w: %d", ErrLeak, len(leaks))
	}
	_, err = fmt.Fprintf(command.OutOrStdout(), "none of %d secrets is in %v\n", len(found.secrets), paths)
	return err
}

// knownSecrets collects what is there; a run that failed early has few.
func knownSecrets(dir string) (known, error) {
	var found known
	content, err := readIfThere(filepath.Join(dir, "secret.auto.tfvars.json"))
	if err != nil {
		return found, err
	}
	if content != nil {
		variables := map[string]string{}
		if err := json.Unmarshal(content, &variables); err != nil {
			return found, fmt.Errorf("read the database's password: %w", err)
		}
		found.add("the database's password", variables["adb_admin_password"])
	}
	if file := os.Getenv(keyEnv); file != "" {
		if content, err = readIfThere(file); err != nil {
			return found, err
		}
		found.add("a part of the API key", secrets.KeyLines(string(content))...)
	}
	for _, file := range []string{filepath.Join(dir, cloudKubeconfig), filepath.Join(dir, adoptedKubeconfig)} {
		if content, err = readIfThere(file); err != nil {
			return found, err
		}
		of, err := secrets.OfKubeconfig(content)
		if err != nil {
			return found, fmt.Errorf("%s: %w", file, err)
		}
		found.add("a secret of "+file, of...)
	}
	return found, nil
}

func readIfThere(file string) ([]byte, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return content, err
}

func leaksIn(found known, paths, except []string) ([]secrets.Leak, error) {
	scanner := secrets.NewScanner(found.secrets...)
	var leaks []secrets.Leak
	for _, path := range paths {
		more, err := scanner.FilesExcept(path, func(file string) bool {
			return slices.Contains(except, filepath.Base(file)) ||
				slices.ContainsFunc(except, func(left string) bool { return filepath.Clean(left) == filepath.Clean(file) })
		})
		if err != nil {
			return nil, fmt.Errorf("look through %s: %w", path, err)
		}
		leaks = append(leaks, more...)
	}
	return leaks, nil
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"

	"assay.dev/assay/infra/adoption"
	"assay.dev/assay/infra/stack"
)

// Files of the stack's folder that adopt writes.
const (
	cloudKubeconfig   = "cloud.kubeconfig"
	pinFile           = "cluster.uid"
	adoptedKubeconfig = "kubeconfig"
	adoptedEnv        = "env"
)

// Environment that adopt hands to what comes after it.
const (
	// KubeconfigEnv names the run's own kubeconfig.
	KubeconfigEnv = "ASSAY_KUBECONFIG"
	// UIDEnv holds the UID of the cluster that the run may act on.
	UIDEnv = "ASSAY_CLUSTER_UID"
)

func adoptCommand() *cobra.Command {
	var flags stackFlags
	var out, envFile string
	command := &cobra.Command{
		Use:     "adopt",
		Aliases: []string{"claim"},
		Short:   "Pin the run's cluster and write a kubeconfig of the run's own",
		Long: "Pin the run's cluster, check that it may be acted on, and write a kubeconfig of the run's own:\n" +
			"it runs no command and holds a token that lasts as long as the run. --env gets what names both for a shell.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return flags.withStack(command, func(ctx context.Context, opened *stack.Stack) error {
				if out == "" {
					out = opened.Path(adoptedKubeconfig)
				}
				if envFile == "" {
					envFile = opened.Path(adoptedEnv)
				}
				adopted, err := takeCluster(ctx, opened, out)
				if err != nil {
					return err
				}
				if err := writeAdoptionEnv(envFile, out, adopted.UID); err != nil {
					return err
				}
				_, err = fmt.Fprintf(command.OutOrStdout(), "adopted the cluster %s until %s; `. %s` names it\n",
					adopted.UID, adopted.Expires.UTC().Format(time.RFC3339), envFile)
				return err
			})
		},
	}
	flags.add(command)
	command.Flags().StringVar(&out, "out", "", "kubeconfig to write (default: in --dir)")
	command.Flags().StringVar(&envFile, "env", "", "file to write for the shell's `.` command (default: in --dir)")
	return command
}

func unadoptCommand() *cobra.Command {
	var dir string
	command := &cobra.Command{
		Use:     "unadopt",
		Aliases: []string{"unclaim"},
		Short:   "Remove the run's rights in its cluster; `down` does the same",
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(command.Context(), giveUpTimeout)
			defer cancel()
			return dropAdoption(ctx, dir)
		},
	}
	command.Flags().StringVar(&dir, "dir", filepath.Join("artifacts", "oci"), "directory of the run's state")
	return command
}

// takeCluster adopts the cluster that Terraform's output leads to.
func takeCluster(ctx context.Context, opened *stack.Stack, out string) (adoption.Adoption, error) {
	given := opened.Path(cloudKubeconfig)
	if err := opened.Kubeconfig(ctx, given); err != nil {
		return adoption.Adoption{}, err
	}
	client, server, err := adoption.Client(ctx, given)
	if err != nil {
		return adoption.Adoption{}, err
	}
	pinned, err := os.ReadFile(opened.Path(pinFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return adoption.Adoption{}, fmt.Errorf("read which cluster was adopted before: %w", err)
	}
	adopted, err := adoption.Take(ctx, client, adoption.Options{
		Run:    opened.ID(),
		Pinned: types.UID(strings.TrimSpace(string(pinned))),
		// Terraform made the cluster, so it is the run's own. The emulator made none:
		// what stands behind it may be anybody's.
		Mark: !emulated(),
		TTL:  time.Until(opened.Expires()),
	})
	if err != nil {
		return adoption.Adoption{}, err
	}
	if err := os.WriteFile(opened.Path(pinFile), []byte(adopted.UID), 0o600); err != nil {
		return adoption.Adoption{}, errors.Join(fmt.Errorf("pin the cluster: %w", err), adoption.Drop(ctx, client, opened.ID()))
	}
	if err := opened.RecordCluster(ctx, string(adopted.UID)); err != nil {
		return adoption.Adoption{}, errors.Join(err, adoption.Drop(ctx, client, opened.ID()))
	}
	return adopted, adoption.WriteKubeconfig(out, server, adopted)
}

// emulated reports whether an emulator stands in for OCI.
func emulated() bool { return os.Getenv(EndpointEnv) != "" }

// writeAdoptionEnv writes a file for the shell's `.` command. It holds no secret.
func writeAdoptionEnv(file, kubeconfig string, uid types.UID) error {
	absolute, err := filepath.Abs(kubeconfig)
	if err != nil {
		return fmt.Errorf("name the kubeconfig: %w", err)
	}
	quoted := "'" + strings.ReplaceAll(absolute, "'", `'\''`) + "'"
	content := fmt.Sprintf("export %s=%s\nexport %s='%s'\n", KubeconfigEnv, quoted, UIDEnv, uid)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("make the folder of %s: %w", file, err)
	}
	return os.WriteFile(file, []byte(content), 0o600)
}

// dropAdoption gives up the cluster, if the run ever adopted it.
func dropAdoption(ctx context.Context, dir string) error {
	pinned, err := os.ReadFile(filepath.Join(dir, pinFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read which cluster was adopted: %w", err)
	}
	run, err := stack.SavedID(dir)
	if err != nil {
		return err
	}
	client, _, err := adoption.Client(ctx, filepath.Join(dir, cloudKubeconfig))
	if err != nil {
		return err
	}
	return adoption.GiveUp(ctx, client, run, types.UID(strings.TrimSpace(string(pinned))))
}

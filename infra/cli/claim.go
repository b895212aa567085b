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

	"assay.dev/assay/infra/claim"
	"assay.dev/assay/infra/stack"
)

// Files of the stack's folder that claim keeps.
const (
	cloudKubeconfig   = "cloud.kubeconfig"
	pinFile           = "cluster.uid"
	claimedKubeconfig = "kubeconfig"
	claimedEnv        = "env"
)

// Environment that claim hands to what comes after it.
const (
	// KubeconfigEnv names the run's own kubeconfig.
	KubeconfigEnv = "ASSAY_KUBECONFIG"
	// UIDEnv holds the UID of the cluster that the run may act on.
	UIDEnv = "ASSAY_CLUSTER_UID"
)

func claimCommand() *cobra.Command {
	var flags stackFlags
	var out, envFile string
	command := &cobra.Command{
		Use:   "claim",
		Short: "Pin the run's cluster and write a kubeconfig of the run's own",
		Long: "Pin the run's cluster, check that it may be acted on, and write a kubeconfig of the run's own:\n" +
			"it runs no command and holds a token that lasts as long as the run. --env gets what names both for a shell.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return flags.withStack(command, func(ctx context.Context, opened *stack.Stack) error {
				if out == "" {
					out = opened.Path(claimedKubeconfig)
				}
				if envFile == "" {
					envFile = opened.Path(claimedEnv)
				}
				claimed, err := takeCluster(ctx, opened, out)
				if err != nil {
					return err
				}
				if err := writeClaimEnv(envFile, out, claimed.UID); err != nil {
					return err
				}
				_, err = fmt.Fprintf(command.OutOrStdout(), "claimed the cluster %s until %s; `. %s` names it\n",
					claimed.UID, claimed.Expires.UTC().Format(time.RFC3339), envFile)
				return err
			})
		},
	}
	flags.add(command)
	command.Flags().StringVar(&out, "out", "", "kubeconfig to write (default: in --dir)")
	command.Flags().StringVar(&envFile, "env", "", "file to write for the shell's `.` command (default: in --dir)")
	return command
}

func unclaimCommand() *cobra.Command {
	var dir string
	command := &cobra.Command{
		Use:   "unclaim",
		Short: "Give up the run's rights in its cluster, which `down` does, too",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(command.Context(), giveUpTimeout)
			defer cancel()
			return dropClaim(ctx, dir)
		},
	}
	command.Flags().StringVar(&dir, "dir", filepath.Join("artifacts", "oci"), "folder that keeps the run's state")
	return command
}

// takeCluster claims the cluster that Terraform's output leads to.
func takeCluster(ctx context.Context, opened *stack.Stack, out string) (claim.Claim, error) {
	given := opened.Path(cloudKubeconfig)
	if err := opened.Kubeconfig(ctx, given); err != nil {
		return claim.Claim{}, err
	}
	client, server, err := claim.Client(ctx, given)
	if err != nil {
		return claim.Claim{}, err
	}
	pinned, err := os.ReadFile(opened.Path(pinFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return claim.Claim{}, fmt.Errorf("read which cluster was claimed before: %w", err)
	}
	claimed, err := claim.Take(ctx, client, claim.Options{
		Run:    opened.ID(),
		Pinned: types.UID(strings.TrimSpace(string(pinned))),
		// Terraform made the cluster, so it is the run's own. The emulator made none:
		// what stands behind it may be anybody's.
		Mark: !emulated(),
		TTL:  time.Until(opened.Expires()),
	})
	if err != nil {
		return claim.Claim{}, err
	}
	if err := os.WriteFile(opened.Path(pinFile), []byte(claimed.UID), 0o600); err != nil {
		return claim.Claim{}, errors.Join(fmt.Errorf("pin the cluster: %w", err), claim.Drop(ctx, client, opened.ID()))
	}
	if err := opened.RecordCluster(ctx, string(claimed.UID)); err != nil {
		return claim.Claim{}, errors.Join(err, claim.Drop(ctx, client, opened.ID()))
	}
	return claimed, claim.WriteKubeconfig(out, server, claimed)
}

// emulated tells whether an emulator stands in for OCI.
func emulated() bool { return os.Getenv(EndpointEnv) != "" }

// writeClaimEnv writes a file for the shell's `.` command. It holds no secret.
func writeClaimEnv(file, kubeconfig string, uid types.UID) error {
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

// dropClaim gives up the cluster, if the run ever claimed it.
func dropClaim(ctx context.Context, dir string) error {
	pinned, err := os.ReadFile(filepath.Join(dir, pinFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read which cluster was claimed: %w", err)
	}
	run, err := stack.KeptID(dir)
	if err != nil {
		return err
	}
	client, _, err := claim.Client(ctx, filepath.Join(dir, cloudKubeconfig))
	if err != nil {
		return err
	}
	return claim.GiveUp(ctx, client, run, types.UID(strings.TrimSpace(string(pinned))))
}

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

	"assay.dev/assay/harness/kube/adoption"
	"assay.dev/assay/infra/stack"
)

// Files of the stack's folder that adopt writes.
const (
	cloudKubeconfig   = "cloud.kubeconfig"
	pinFile           = "cluster.uid"
	adoptedKubeconfig = "kubeconfig"
)

// Environment that adopt hands to what comes after it.
const (
	// KubeconfigEnv names the run's own kubeconfig.
	KubeconfigEnv = "ASSAY_KUBECONFIG"
	// UIDEnv holds the UID of the cluster that the run may act on.
	UIDEnv = "ASSAY_CLUSTER_UID"
)

// giveUpTimeout bounds the deletion of the run's service account.
const giveUpTimeout = 30 * time.Second

func (o *options) adoptCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "adopt",
		Short: "Pin the run's cluster and write a kubeconfig of the run's own",
		Long: "Pin the run's cluster, check that it may be acted on, and write a kubeconfig of the run's own into --dir:\n" +
			"it runs no command and holds a token that lasts as long as the run. The file env beside it names both for a shell.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return o.adopt(command.Context(), command) },
	}
}

func (o *options) adopt(ctx context.Context, command *cobra.Command) error {
	return o.withStack(ctx, command.ErrOrStderr(), func(ctx context.Context, opened *stack.Stack) error {
		kubeconfig, env := opened.Path(adoptedKubeconfig), opened.Path(envName)
		adopted, err := o.takeCluster(ctx, opened, kubeconfig)
		if err != nil {
			return err
		}
		if err := writeAdoptionEnv(env, kubeconfig, adopted.UID); err != nil {
			return err
		}
		_, err = fmt.Fprintf(command.OutOrStdout(), "adopted the cluster %s until %s; `. %s` names it\n",
			adopted.UID, adopted.Expires.UTC().Format(time.RFC3339), env)
		return err
	})
}

func (o *options) unadoptCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "unadopt",
		Short: "Remove the run's rights in its cluster; `down` does the same",
		Args:  cobra.NoArgs,
		RunE:  func(command *cobra.Command, _ []string) error { return o.giveUp(command.Context()) },
	}
}

// takeCluster adopts the cluster that Terraform's output leads to.
func (o *options) takeCluster(ctx context.Context, opened *stack.Stack, out string) (adoption.Adoption, error) {
	given := opened.Path(cloudKubeconfig)
	if err := opened.Kubeconfig(ctx, given); err != nil {
		return adoption.Adoption{}, err
	}
	client, server, err := adoption.Client(ctx, given)
	if err != nil {
		return adoption.Adoption{}, err
	}
	pinned, err := o.pinned()
	if err != nil {
		return adoption.Adoption{}, err
	}
	adopted, err := adoption.Take(ctx, client, adoption.Options{
		Run:    opened.ID(),
		Pinned: pinned,
		// Terraform made the cluster, so it is the run's own. The emulator made none:
		// what stands behind it may be anybody's.
		Mark: !emulated(),
		// It deploys the platform: installing operators and their rights takes all there are.
		Rights: adoption.Rights{Admin: true},
		TTL:    time.Until(opened.Expires()),
	})
	if err != nil {
		return adoption.Adoption{}, err
	}
	if err := os.WriteFile(opened.Path(pinFile), []byte(adopted.UID), 0o600); err != nil {
		return adoption.Adoption{}, errors.Join(fmt.Errorf("pin the cluster: %w", err), adoption.Drop(ctx, client, opened.ID(), nil))
	}
	if err := opened.RecordCluster(ctx, string(adopted.UID)); err != nil {
		return adoption.Adoption{}, errors.Join(err, adoption.Drop(ctx, client, opened.ID(), nil))
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
	return writeEnv(file, map[string]string{KubeconfigEnv: absolute, UIDEnv: string(uid)})
}

// pinned is the UID of the cluster that the run adopted; empty if it adopted none.
func (o *options) pinned() (types.UID, error) {
	content, err := os.ReadFile(filepath.Join(o.dir, pinFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read which cluster was adopted: %w", err)
	}
	return types.UID(strings.TrimSpace(string(content))), nil
}

// giveUp removes the run's rights in its cluster, if the run ever adopted one.
func (o *options) giveUp(ctx context.Context) error {
	pinned, err := o.pinned()
	if err != nil || pinned == "" {
		return err
	}
	saved, err := stack.Saved(o.dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, giveUpTimeout)
	defer cancel()
	client, _, err := adoption.Client(ctx, filepath.Join(o.dir, cloudKubeconfig))
	if err != nil {
		return err
	}
	return adoption.GiveUp(ctx, client, saved.ID, pinned)
}

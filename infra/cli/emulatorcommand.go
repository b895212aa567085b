package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/infra/drain"
	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/ocisim/cloudcontroller"
)

// closeTimeout bounds the wait for requests that are being answered at the end.
const closeTimeout = 5 * time.Second

// emulation is what the emulator is told.
type emulation struct {
	dir, listen, region, kubeconfig, balance string
	work                                     time.Duration
}

func emulatorCommand() *cobra.Command {
	var e emulation
	command := &cobra.Command{
		Use:   "emulator",
		Short: "Run the emulated OCI by itself, for trying Terraform by hand",
		Long: "Run the emulated OCI by itself, for trying Terraform by hand, until it is stopped (SIGTERM or Ctrl-C). It writes\n" +
			"an API key and the file env, which leads a shell to it, into --dir.\n" +
			"With --kubeconfig the emulated cluster's kubeconfig is the file's content, so that a running cluster stands behind\n" +
			"it. With --balance, too, the Services of that cluster get load balancers.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if e.balance != "" && e.kubeconfig == "" {
				return errors.New("--balance needs --kubeconfig: it names the cluster whose Services are balanced")
			}
			return e.run(command)
		},
	}
	flags := command.Flags()
	flags.StringVar(&e.dir, "dir", emulatorDir, "directory for the API key and the file env")
	flags.StringVar(&e.listen, "listen", "127.0.0.1:0", "loopback address to listen on")
	flags.StringVar(&e.region, "region", "eu-frankfurt-1", "region to emulate")
	flags.DurationVar(&e.work, "work-time", 0, "how long an asynchronous operation takes")
	flags.StringVar(&e.kubeconfig, "kubeconfig", "", "file that the kubeconfig call answers with")
	flags.StringVar(&e.balance, "balance", "", "give Services of the cluster of --kubeconfig with this UID of kube-system load balancers")
	return command
}

func (e emulation) run(command *cobra.Command) error {
	ctx := command.Context()
	if err := os.MkdirAll(e.dir, 0o700); err != nil {
		return fmt.Errorf("make the directory for the API key: %w", err)
	}
	// As long as the lock is held, this process is the emulator of the directory.
	lock := flock.New(filepath.Join(e.dir, lockName))
	if locked, err := lock.TryLock(); err != nil || !locked {
		return errors.Join(refusal.New("%s has an emulator that runs", e.dir), err)
	}
	defer func() { _ = lock.Unlock() }()
	if err := os.WriteFile(lock.Path(), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return fmt.Errorf("write the emulator's process ID: %w", err)
	}
	credentials, err := ocisim.NewCredentials(e.region)
	if err != nil {
		return err
	}
	keyFile, err := credentials.WriteKey(e.dir)
	if err != nil {
		return err
	}
	if keyFile, err = filepath.Abs(keyFile); err != nil {
		return err
	}
	options := ocisim.Options{Region: e.region, Keys: credentials.Keys(), WorkTime: e.work}
	if e.kubeconfig != "" {
		options.Kubeconfig = ocisim.KubeconfigFile(e.kubeconfig)
	}
	server := ocisim.New(options)
	if err := server.StartOn(ctx, e.listen); err != nil {
		return err
	}
	envFile := filepath.Join(e.dir, envName)
	if err := writeEnv(envFile, server.Env(credentials, keyFile)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(command.OutOrStdout(), "OCI emulator on %s; environment in %s; stop it with Ctrl-C\n", server.URL(), envFile); err != nil {
		return err
	}
	if err := e.serveServices(ctx, server, command); err != nil {
		return err
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	return server.Close(closing)
}

// serveServices gives the Services of a cluster load balancers until ctx ends; without
// a UID it only waits for that.
func (e emulation) serveServices(ctx context.Context, server *ocisim.Server, command *cobra.Command) error {
	if e.balance != "" {
		client, err := drain.FromKubeconfig(ctx, e.kubeconfig, e.balance)
		if err != nil {
			return err
		}
		log := func(format string, args ...any) { _, _ = fmt.Fprintf(command.OutOrStdout(), format+"\n", args...) }
		if err := cloudcontroller.Run(ctx, client, server, log); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}

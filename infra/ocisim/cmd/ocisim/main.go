// Command ocisim runs the OCI emulator by itself, for trying Terraform by hand:
//
//	go run ./infra/ocisim/cmd/ocisim -dir artifacts/ocisim
//	. artifacts/ocisim/env && terraform -chdir=infra/terraform apply
//
// With -kubeconfig the emulated cluster's kubeconfig is the file's content, so
// that a running cluster stands behind it. With -balance, too, the Services of that
// cluster get load balancers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"assay.dev/assay/infra/drain"
	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/ocisim/cloudcontroller"
)

// closeTimeout bounds the wait for requests that are being answered at the end.
const closeTimeout = 5 * time.Second

func main() {
	ends := []os.Signal{syscall.SIGTERM}
	// A job in the background of a script is told to ignore the Ctrl-C that ends the
	// script: it has to answer until what is in it has been deleted.
	if !signal.Ignored(os.Interrupt) {
		ends = append(ends, os.Interrupt)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "ocisim:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("ocisim", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "loopback `address` to listen on")
	dir := flags.String("dir", "artifacts/ocisim", "`directory` for the API key and the file env")
	region := flags.String("region", "eu-frankfurt-1", "region to emulate")
	work := flags.Duration("work-time", 0, "how long an asynchronous operation takes")
	kubeconfig := flags.String("kubeconfig", "", "`file` that the kubeconfig call answers with")
	balance := flags.String("balance", "", "give Services of the cluster of -kubeconfig with this `UID` of kube-system load balancers")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *balance != "" && *kubeconfig == "" {
		return errors.New("-balance needs -kubeconfig: it names the cluster whose Services are balanced")
	}
	credentials, err := ocisim.NewCredentials(*region)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*dir, 0o700); err != nil {
		return fmt.Errorf("make the directory for the API key: %w", err)
	}
	keyFile, err := credentials.WriteKey(*dir)
	if err != nil {
		return err
	}
	if keyFile, err = filepath.Abs(keyFile); err != nil {
		return err
	}

	options := ocisim.Options{Region: *region, Keys: credentials.Keys(), WorkTime: *work}
	if *kubeconfig != "" {
		options.Kubeconfig = ocisim.KubeconfigFile(*kubeconfig)
	}
	server := ocisim.New(options)
	if err := server.StartOn(ctx, *listen); err != nil {
		return err
	}
	envFile := filepath.Join(*dir, "env")
	if err := writeEnv(envFile, server.Env(credentials, keyFile)); err != nil {
		return err
	}
	fmt.Printf("OCI emulator on %s; environment in %s; stop it with Ctrl-C\n", server.URL(), envFile)

	if err := serveServices(ctx, server, *kubeconfig, *balance); err != nil {
		return err
	}
	closing, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	return server.Close(closing)
}

// serveServices gives the Services of a cluster load balancers until ctx ends; without
// a UID it only waits for that.
func serveServices(ctx context.Context, server *ocisim.Server, kubeconfig, uid string) error {
	if uid != "" {
		client, err := drain.FromKubeconfig(ctx, kubeconfig, uid)
		if err != nil {
			return err
		}
		log := func(format string, args ...any) { fmt.Printf(format+"\n", args...) }
		if err := cloudcontroller.Run(ctx, client, server, log); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}

// writeEnv writes a file for the shell's `.` command.
func writeEnv(file string, env map[string]string) error {
	lines := make([]string, 0, len(env))
	for name, value := range env {
		lines = append(lines, fmt.Sprintf("export %s='%s'\n", name, value))
	}
	slices.Sort(lines)
	if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600); err != nil {
		return fmt.Errorf("write the environment file: %w", err)
	}
	return nil
}
